package detect

import "pinward/internal/access"

// unknownWeight is how many logins of unknown accounts count as one account:
// which account was meant is not kept, and one person mistypes more than once.
const unknownWeight = 3

// Spraying judges an address after one more login from it has failed: accounts is
// how many different ones it failed at, unknown the number of its logins of
// accounts that are not there.
func Spraying(accounts, unknown int, inside bool, t Thresholds) (Finding, bool) {
	limit := t.SprayAccounts
	if inside {
		limit = t.SprayAccountsInside
	}
	n := accounts + unknown/unknownWeight
	return Finding{access.AlertSpraying, access.High, n}, t.SprayMinutes > 0 && reached(n, limit)
}

// Shared judges a browser that holds the tokens of so many accounts, or registers
// devices for them, outside the networks of the schools.
func Shared(accounts int, t Thresholds) (Finding, bool) {
	return Finding{access.AlertTokenStoreShared, access.Warn, accounts}, reached(accounts, t.SharedAccounts)
}

// Forgetful judges a device that was registered so many times.
func Forgetful(times int, t Thresholds) (Finding, bool) {
	return Finding{access.AlertBrowserForgets, access.Info, times}, reached(times, t.ForgetfulTimes)
}
