package config

// A Mail says how mails are delivered. Its values are texts, unchecked here, so
// that a mistake in them stops mails alone; package mail says what they may be.
// The password itself is in no key: PasswordFile names where it is.
type Mail struct {
	Delivery     string `mapstructure:"delivery"`
	From         string `mapstructure:"from"`
	Host         string `mapstructure:"host"`
	Port         string `mapstructure:"port"`
	TLS          string `mapstructure:"tls"`
	User         string `mapstructure:"user"`
	PasswordFile string `mapstructure:"password_file"` // path
	Folder       string `mapstructure:"folder"`        // path
	Timeout      string `mapstructure:"timeout"`
	CAFile       string `mapstructure:"ca_file"` // path
	MaxPerHour   string `mapstructure:"max_per_hour"`
}

// groupMail is the map of the configuration file that holds the keys of mails.
const groupMail = "mail"

// The keys of mails.
const (
	keyMailDelivery     = groupMail + ".delivery"
	keyMailFrom         = groupMail + ".from"
	keyMailHost         = groupMail + ".host"
	keyMailPort         = groupMail + ".port"
	keyMailTLS          = groupMail + ".tls"
	keyMailUser         = groupMail + ".user"
	keyMailPasswordFile = groupMail + ".password_file"
	keyMailFolder       = groupMail + ".folder"
	keyMailTimeout      = groupMail + ".timeout"
	keyMailCAFile       = groupMail + ".ca_file"
	keyMailMaxPerHour   = groupMail + ".max_per_hour"
)

func mailKeys() []string {
	return []string{
		keyMailDelivery, keyMailFrom, keyMailHost, keyMailPort, keyMailTLS, keyMailUser,
		keyMailPasswordFile, keyMailFolder, keyMailTimeout, keyMailCAFile, keyMailMaxPerHour,
	}
}
