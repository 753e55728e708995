package app

import (
	"fmt"
	"slices"
	"sync"

	"pinward/internal/access"
)

// An Action names a use case: a noun and a verb. Audit records carry it.
type Action string

// The actions.
const (
	SchoolAdd       Action = "school.add"
	SchoolEdit      Action = "school.edit"
	SchoolList      Action = "school.list"
	AccountAdd      Action = "account.add"
	AccountEdit     Action = "account.edit"
	AccountList     Action = "account.list"
	AccountShow     Action = "account.show"
	AccountSuspend  Action = "account.suspend"
	AccountRestore  Action = "account.restore"
	AccountArchive  Action = "account.archive"
	AccountImport   Action = "account.import"
	ExportPerson    Action = "account.export"
	ErasePerson     Action = "account.erase"
	PINSet          Action = "pin.set"
	PINReset        Action = "pin.reset"
	PINStatusRead   Action = "pin.status"
	PINUnlock       Action = "pin.unlock"
	PINVerify       Action = "pin.verify"
	DeviceList      Action = "device.list"
	DeviceShow      Action = "device.show"
	DeviceRename    Action = "device.rename"
	DeviceRevoke    Action = "device.revoke"
	DevicePrune     Action = "device.prune"
	DeviceDiagnose  Action = "device.diagnose"
	LoginStart      Action = "login.start"
	LoginPIN        Action = "login.pin"
	LoginSetup      Action = "login.setup"
	LoginRemember   Action = "login.remember"
	LoginReset      Action = "login.reset"
	LoginPassGive   Action = "login.pass"
	LoginRedeem     Action = "login.redeem"
	LoginStatusRead Action = "login.status"
	LoginRecognize  Action = "login.recognize"
	PageVisit       Action = "page.visit"
	PageRead        Action = "page.read"
	PageFinish      Action = "page.finish"
	PageLeave       Action = "page.leave"
	PINSuggest      Action = "page.suggest"
	PINHold         Action = "page.hold"
	AccountOpen     Action = "account.open"
	OwnRead         Action = "own.read"
	OwnRename       Action = "own.rename"
	OwnRevoke       Action = "own.revoke"
	NoticeList      Action = "notice.list"
	NoticeSee       Action = "notice.seen"
	NoticeDispute   Action = "notice.dispute"
	LoginList       Action = "login.list"
	AlertsList      Action = "alerts.list"
	AlertsAck       Action = "alerts.ack"
	AlertsExport    Action = "alerts.export"
	AlertsRules     Action = "alerts.rules"
	LoginsImport    Action = "login.import"
	PolicyShow      Action = "policy.show"
	PolicySet       Action = "policy.set"
	PolicyExplain   Action = "policy.explain"
	ReportCoverage  Action = "report.coverage"
	ReportDevices   Action = "report.devices"
	ReportLogins    Action = "report.logins"
	ReportDigest    Action = "report.digest"
	DigestMail      Action = "report.mail"
	ReportIncident  Action = "report.incident"
	AlertsDispute   Action = "alerts.dispute"
	AlertsRespond   Action = "alerts.respond"
	PolicyPause     Action = "policy.pause"
	AuditList       Action = "audit.list"
	AuditVerify     Action = "audit.verify"
	AuditHeadRead   Action = "audit.head"
	StoreCheck      Action = "store.check"
	StoreBackup     Action = "store.backup"
	StoreRestore    Action = "store.restore"
	StorePrune      Action = "store.prune"
	KeyStatusRead   Action = "key.status"
	KeyNote         Action = "key.note"
	KeyRotate       Action = "key.rotate"
	MailQueue       Action = "mail.queue"
	MailFlush       Action = "mail.flush"
	MailRetry       Action = "mail.retry"
	MailTest        Action = "mail.test"
	PortalAdd       Action = "portal.add"
	PortalList      Action = "portal.list"
	PortalRotate    Action = "portal.rotate"
	PortalRevoke    Action = "portal.revoke"
	GateAsk         Action = "gate.ask"
	GateRedeem      Action = "gate.redeem"
	AccountSignOut  Action = "account.signout"

	storeInit  Action = "store.init"
	loginSweep Action = "login.sweep"
)

// grants is the one table of who may do what. Admin may do everything and is
// not listed; what is not listed is admin's alone.
var grants = sync.OnceValue(func() map[Action][]access.Role {
	people := []access.Role{access.RolePrincipal, access.RoleHelpdesk}
	readers := append(slices.Clone(people), access.RoleReporter)
	portals := []access.Role{access.RolePortal}
	users := []access.Role{access.RoleUser} // each for the login of its own browser alone
	both := append(slices.Clone(portals), users...)
	return map[Action][]access.Role{
		AccountList: readers, DeviceList: readers, LoginList: readers, AlertsList: readers,
		AlertsRules: readers, AlertsExport: readers, ReportCoverage: readers, ReportDevices: readers, ReportLogins: readers, ReportDigest: readers,
		ReportIncident: readers, DigestMail: {access.RolePrincipal},
		AccountShow: people, AccountSignOut: people, PINReset: people, PINStatusRead: people, PINUnlock: people,
		MailQueue:  {access.RolePrincipal},
		DeviceShow: people, DeviceRevoke: people, DeviceDiagnose: people, AlertsAck: people,
		AlertsDispute: people, AlertsRespond: people, LoginPassGive: people,
		PINSet: portals, PINVerify: portals, GateAsk: portals, GateRedeem: portals,
		LoginStart: portals, LoginRecognize: portals, LoginPIN: both, LoginSetup: both, LoginRemember: both,
		LoginReset: both, LoginRedeem: portals, LoginStatusRead: portals, AccountOpen: portals, NoticeList: portals,
		NoticeSee: both, NoticeDispute: both,
		PageVisit: users, PageRead: users, PageFinish: users, PageLeave: users, PINSuggest: users, PINHold: users,
		OwnRead: users, OwnRename: users, OwnRevoke: users,
	}
})

// RoleMay reports whether a role may use an action on some target at all.
func RoleMay(r access.Role, action Action) bool {
	return r == access.RoleAdmin || slices.Contains(grants()[action], r)
}

func authorize(by access.Operator, action Action) error {
	if RoleMay(by.Role, action) {
		return nil
	}
	return forbidden(by, string(action))
}

func forbidden(by access.Operator, what string) error {
	return &access.Error{
		Kind: access.ErrForbidden, Code: "forbidden",
		Text: fmt.Sprintf("%s: not allowed for the role %s", what, by.Role),
		Hint: "ask an administrator",
	}
}

// authorizeTarget judges one account as target: outside the operator's schools
// it does not exist, and helpdesk leaves staff and management alone.
func authorizeTarget(by access.Operator, action Action, a access.Account, typed string) error {
	if !by.MayReach(a.Schools) {
		return access.NotFound("account", typed)
	}
	if by.Role == access.RoleHelpdesk && a.Protected() {
		return forbidden(by, string(action)+" on a "+string(a.Profile)+" account")
	}
	return nil
}

// authorizeBulk refuses roles that act on one account at a time.
func authorizeBulk(by access.Operator, action Action) error {
	if by.Role == access.RoleHelpdesk {
		return forbidden(by, string(action)+" on many accounts")
	}
	return nil
}
