package pages

import "html/template"

// A frame is what surrounds every page, and the page in it. Title, Said and the
// like are keys of words; what a school or a person wrote is text.
type frame struct {
	Root    string // path of the pages, "/" at its end
	Title   string
	School  string
	Contact string // of the school, for people; empty: its office
	Switch  string // address of this page in the other language; empty: it has none
	Step    int
	Steps   int    // of which Step is one; 0: no steps
	Said    string // of what was done just now
	Error   *complaint
	Notices []notice // newest first

	OpenNotices bool // they are what the page is about
	OwnNotices  bool // some come from this device, and are not answered here

	Body any
}

// A complaint says what is wrong with a field.
type complaint struct {
	Field string // name and id of the field
	Text  string
}

// on gives the complaint if it is about that field.
func (c *complaint) on(field string) *complaint {
	if c == nil || c.Field != field {
		return nil
	}
	return c
}

// A notice is something that happened to the account and that its person has not
// seen.
type notice struct {
	What   string // key of words
	When   string
	Device string
	Place  string
	Label  string
	By     string
	Seen   string // where to say that it was seen; empty: not from this device
	NotMe  string // where to say that it was somebody else
}

// A pinField asks for a PIN.
type pinField struct {
	ID           string
	Label        string
	Autocomplete string
	Min, Max     int // digits; Min 0: any
	Focus        bool
	DescribedBy  string
	Error        *complaint
}

// A codeField asks for a code that was handed over or mailed.
type codeField struct {
	ID      string
	Label   string
	Hint    string
	Numeric bool
	Max     int
	Value   string // typed before, where nothing is wrong with it
	Error   *complaint

	Optional bool
}

// seen is what is known of the login.
type seen struct{ Account, Device, Place, Portal string }

// pinBody asks for the PIN.
type pinBody struct {
	Action   string
	Lead     string
	Seen     *seen
	Username string // for password managers
	PIN      pinField
	Left     int    // tries; 0: not said
	Forgot   string // empty: the school helps
	Lost     bool   // the browser seems to have lost its cookies
	Host     string // whose cookies
	Cancel   string
	Back     string
}

// protectBody asks for a protection.
type protectBody struct {
	Action  string
	Choices []choice
	Code    *codeField // where a choice needs one; nil: none does
	Error   *complaint
	Later   string // empty: it must be chosen now
	Back    string
}

type choice struct {
	Value            string // an access.Protection
	Advised, Checked bool
}

// lengths are how many digits a new PIN has, and a proposal of one.
type lengths struct {
	Min, Max, Suggest int
	Proposal          string // empty: none
}

// newPINBody asks for a new PIN.
type newPINBody struct {
	lengths
	Action string
	PIN    pinField
	Back   string
}

// againBody asks for the new PIN once more.
type againBody struct {
	Action string
	First  string // stands for the first entry, and does not hold it
	PIN    pinField
	Back   string
}

// withCodeBody asks for a new PIN, twice, and a code that allows it.
type withCodeBody struct {
	lengths
	Action     string
	Lead       string
	Code       codeField
	PIN, Again pinField
	None       string
	Resend     string
	Back       string
}

// rememberBody asks whether the device is to be recognized.
type rememberBody struct {
	Action, Skip string
	Lead         string
	Name         string
	Tonight      bool // recognition would end tonight
	Days         int  // that it lasts at most
	Error        *complaint
}

// sameBody asks whether a name in use is that of the same device.
type sameBody struct{ Action, Name, Other, Skip string }

// fullBody says that no more devices may be registered.
type fullBody struct{ Skip string }

// newsBody goes on after notices were shown.
type newsBody struct{ Action string }

// forgotBody offers a code by mail.
type forgotBody struct {
	Action, Have, Back string
	Error              *complaint
}

// accountBody is how the account is protected.
type accountBody struct {
	Protection      string // an access.Protection
	Since           string
	HasPIN          bool
	ChangePIN       string
	Change          string // of protection; empty: there is no choice
	DeviceCount     int
	Devices         string
	AddDevice       string // empty: not here
	PasswordAdvised bool
	Until           string
	Close           string
}

// devicesBody lists the recognized devices.
type devicesBody struct {
	Devices   []device
	RemoveAll string
	Account   string
}

type device struct {
	Label, Kind, Place string
	First, Last, Until string
	This               bool
	Rename, Remove     string
}

// renameBody asks for another name of a device.
type renameBody struct {
	Action, Back string
	Name         string
	Error        *complaint
}

// removeBody asks whether a device, or all, shall be removed.
type removeBody struct {
	Action, Back string
	Label        string
	This, All    bool
}

// notMeBody asks whether it was somebody else.
type notMeBody struct {
	Action, Back string
	Notice       notice
}

// messageBody says why there is nothing to do on this page, and what to do
// elsewhere.
type messageBody struct {
	Lead   string
	Until  string // time of day
	Steps  []string
	Number string // of a failure
	Retry  string
	Forgot string
	Home   template.URL // the portal's own address, which was checked when it was registered
	Back   string
	BackTo string // key of its words
}
