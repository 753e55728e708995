package compat

import (
	"net/http"

	"pinward/internal/web/edge"
)

// What a user reads who is asked, and who is turned away, in the two languages
// that pinward speaks: the client does not say which one its user does. The
// second says no more than that it was in vain.
const (
	askPIN     = "Saisissez votre code PIN / Enter your PIN"
	refusedPIN = "Code PIN refusé / PIN refused"
	takenPIN   = "OK"
)

// What clients print or compare and pinward has no counterpart of: a PIN shows
// as one token of the type that is a password.
const (
	piVersion = "3.9" // of privacyIDEA, whose answers these are like
	piSerial  = "PIN0001"
	piType    = "pw"
	piMode    = "interactive"
)

// Codes of privacyIDEA's errors (privacyidea/lib/error.py).
const (
	piCodePolicy    = 303
	piCodeNotFound  = 601
	piCodeServer    = 903
	piCodeParameter = 905
	piCodeAuth      = 4031
	piCodeMethod    = 4307
)

// An envelope is every answer of privacyIDEA.
type envelope struct {
	ID            int     `json:"id"`
	JSONRPC       string  `json:"jsonrpc"`
	Detail        any     `json:"detail"`
	Result        result  `json:"result"`
	Time          float64 `json:"time"` // seconds since 1970
	Version       string  `json:"version"`
	VersionNumber string  `json:"versionnumber"`
}

// A result holds a value or an error.
type result struct {
	Status         bool     `json:"status"`
	Value          *bool    `json:"value,omitempty"`
	Authentication string   `json:"authentication,omitempty"`
	Error          *piError `json:"error,omitempty"`
}

type piError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type detail struct {
	Message             string      `json:"message"`
	Messages            []string    `json:"messages,omitempty"`
	TransactionID       string      `json:"transaction_id,omitempty"`
	TransactionIDs      []string    `json:"transaction_ids,omitempty"`
	ClientMode          string      `json:"client_mode,omitempty"`
	PreferredClientMode string      `json:"preferred_client_mode,omitempty"`
	Serial              string      `json:"serial,omitempty"`
	Type                string      `json:"type,omitempty"`
	MultiChallenge      []challenge `json:"multi_challenge,omitempty"`
}

type challenge struct {
	TransactionID string `json:"transaction_id"`
	Serial        string `json:"serial"`
	Type          string `json:"type"`
	ClientMode    string `json:"client_mode"`
	Message       string `json:"message"`
	Attributes    any    `json:"attributes"`
}

func (h handler) piAccept(w http.ResponseWriter) {
	h.piWrite(w, http.StatusOK, result{Status: true, Value: new(true), Authentication: "ACCEPT"},
		detail{Message: takenPIN, Serial: piSerial, Type: piType})
}

func (h handler) piReject(w http.ResponseWriter) {
	h.piWrite(w, http.StatusOK, result{Status: true, Value: new(false), Authentication: "REJECT"}, detail{Message: refusedPIN})
}

func (h handler) piOutcome(w http.ResponseWriter, pass bool) {
	if pass {
		h.piAccept(w)
		return
	}
	h.piReject(w)
}

// piChallenge asks for the PIN. The transaction is the login.
func (h handler) piChallenge(w http.ResponseWriter, loginID string) {
	h.piWrite(w, http.StatusOK, result{Status: true, Value: new(false), Authentication: "CHALLENGE"}, detail{
		Message: askPIN, Messages: []string{askPIN},
		TransactionID: loginID, TransactionIDs: []string{loginID},
		ClientMode: piMode, PreferredClientMode: piMode, Serial: piSerial, Type: piType,
		MultiChallenge: []challenge{{
			TransactionID: loginID, Serial: piSerial, Type: piType, ClientMode: piMode, Message: askPIN,
		}},
	})
}

// piFailed answers a failure that is no outcome.
func (h handler) piFailed(w http.ResponseWriter, r *http.Request, err error) {
	status := h.refused(w, r, err)
	h.piFault(w, status, http.StatusText(status))
}

func (h handler) piFault(w http.ResponseWriter, status int, message string) {
	h.piWrite(w, status, result{Error: &piError{Code: piCode(status), Message: message}}, nil)
}

func piCode(status int) int {
	switch {
	case status >= http.StatusInternalServerError:
		return piCodeServer
	case status == http.StatusUnauthorized:
		return piCodeAuth
	case status == http.StatusForbidden:
		return piCodePolicy
	case status == http.StatusNotFound:
		return piCodeNotFound
	case status == http.StatusMethodNotAllowed:
		return piCodeMethod
	}
	return piCodeParameter
}

func (h handler) piWrite(w http.ResponseWriter, status int, res result, detail any) {
	id := 2
	if res.Error != nil {
		id = 1
	}
	edge.WriteJSON(w, status, envelope{
		ID: id, JSONRPC: "2.0", Detail: detail, Result: res,
		Time: float64(h.Now().UnixMilli()) / 1000, Version: "pinward", VersionNumber: piVersion,
	})
}
