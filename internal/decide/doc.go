// Package decide holds the login decision: a pure function of policy, facts and
// time to a decision with a stable reason code. It knows neither store nor
// clock nor output, so that every face of pinward decides alike.
package decide
