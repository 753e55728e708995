package detect

import "pinward/internal/access"

// A Rule is what people are told of one kind of alert.
type Rule struct {
	Kind       access.AlertKind // its name
	Severities []access.Severity
	Settings   []string // the thresholds that it uses
	Facts      []string // what it needs to know beside the login or change itself
	Sees       string   // a plain sentence
	Advice     string   // what to do about an alert
	Logins     bool     // it judges logins, and so can be tried on the log
}

// What rules need to know.
const (
	factVisits     = "the account's newest logins that passed"
	factReset      = "the newest reset of the PIN"
	factFailed     = "what failed from the same address"
	factNetworks   = "the schools' own networks"
	factBorrowers  = "whose logins presented the same token"
	factRegistered = "who registered devices by the same browser and address"
	factDevices    = "the account's devices"
	factDevice     = "the device of the token"
)

// Rules lists all rules, in the order of the alphabet.
func Rules() []Rule {
	warn, info := []access.Severity{access.Warn}, []access.Severity{access.Info}
	return append([]Rule{
		{
			access.AlertBrowserForgets, info,
			[]string{"forgetful_times"},
			[]string{factDevices},
			"The same device was registered again and again within 30 days: called the same, or a phone or tablet of the same browser.",
			"Its browser deletes cookies. See `pinward device diagnose` for the person; nothing is wrong with the account.", true,
		},
		{
			access.AlertDeviceReplayed,
			[]access.Severity{access.High, access.Critical},
			nil,
			[]string{factDevice},
			"A device token that was replaced long ago came back; critical from another browser family or network.",
			"The device was revoked. Where it was no restored profile, the token was stolen: have the password changed.", true,
		},
		{
			access.AlertFirstPINSet, info, nil, nil,
			"An account got its first PIN.",
			"Nothing, where the person did it. Otherwise reset the PIN and have the password changed.", false,
		},
		{
			access.AlertLoginAbandoned, warn, nil, nil,
			"The password was right, and the PIN or the set-up never came (pin never given).",
			"Ask the person. Where it was not them, the password is known: have it changed.", true,
		},
		{
			access.AlertLongSilence, warn,
			[]string{"silence_days"},
			[]string{factVisits},
			"The first login after many days without one, from a device that was not recognized.",
			"Ask the person whether they are back. Archive accounts of those who left.", true,
		},
		{
			access.AlertManyNewDevices, warn,
			[]string{"new_devices"},
			[]string{factVisits},
			"An account logged in from many browser families and networks within a day, each for the first time.",
			"Ask the person. A password that was passed around or sold looks like this.", true,
		},
		{
			access.AlertNewDevice, info, nil, nil,
			"A login passed from a device that was not recognized.",
			"Nothing, where the person did it: they are told too.", true,
		},
		{
			access.AlertNewAfterReset, warn,
			[]string{"reset_hours"},
			[]string{factVisits, factReset, factNetworks},
			"Soon after a reset of the PIN, a login passed from a browser family and network that the account never came from, outside the school.",
			"Make sure that the reset was asked for by the person: somebody may have talked the office into it.", true,
		},
	}, laterRules()...)
}

// laterRules are those that follow new_device_after_reset.
func laterRules() []Rule {
	warn := []access.Severity{access.Warn}
	return []Rule{
		{
			access.AlertNotifyOnlyLogin,
			[]access.Severity{access.Info, access.Warn},
			nil,
			[]string{factVisits},
			"A login passed from a device that was not recognized, and the account asks for a notice only; info from a browser family and network that it came from before.",
			"The person is told. Where it was not them: change the password, and offer a PIN.", true,
		},
		{
			access.AlertSpraying,
			[]access.Severity{access.High},
			[]string{"spray_accounts", "spray_accounts_inside", "spray_minutes"},
			[]string{factFailed, factNetworks},
			"One address tried many accounts and failed: wrong passwords of an imported log, right passwords without the PIN, wrong PINs, and unknown accounts, three logins of which count as one account. From a school's own networks it takes more.",
			"The alert is about the address. See who was tried with `pinward login list`, have those passwords changed whose PIN was asked, and have the address blocked.", true,
		},
		{
			access.AlertPINBlocked,
			[]access.Severity{access.Critical},
			nil, nil,
			"Wrong PINs blocked the PIN.",
			"Have the password changed, then reset the PIN.", true,
		},
		{
			access.AlertPINLocked,
			[]access.Severity{access.High},
			nil, nil,
			"Wrong PINs locked the PIN for a while.",
			"Ask the person. Where it was not them, the password is known: have it changed.", true,
		},
		{
			access.AlertPINReset,
			[]access.Severity{access.Info},
			nil, nil,
			"An operator reset the PIN.",
			"Nothing, where it was asked for.", false,
		},
		{
			access.AlertPINWrong, warn, nil, nil,
			"The password was right and the PIN was wrong until the login ended.",
			"Ask the person. Where it was not them, the password is known: have it changed.", true,
		},
		{
			access.AlertProtectionWeakened, warn, nil, nil,
			"Somebody chose a weaker protection for the account.",
			"Ask the person.", false,
		},
		{
			access.AlertTokenStoreShared, warn,
			[]string{"shared_accounts"},
			[]string{factBorrowers, factRegistered, factNetworks},
			"Outside the schools' own networks, one browser presented the same device token in logins of many accounts, or registered devices for many accounts within a week.",
			"The alert is about the address. Where it is no library or boarding house, somebody collects accounts: have their passwords changed, revoke the devices.", true,
		},
	}
}
