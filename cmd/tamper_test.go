package cmd_test

import (
	"context"
	"database/sql"
	"errors"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptTamper runs SQL on a store behind the program's back: tamper FILE SQL.
func scriptTamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE SQL")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?mode=rw")
	ts.Check(err)
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(errors.Join(err, db.Close()))
}
