package app_test

import (
	"context"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// reportRows are the rows of exports and reports, and of a person's own rights.
func reportRows() []matrixRow {
	ctx := context.Background()
	export := func(k *kit, by access.Operator, q app.AlertQuery, cursor string) error {
		e, err := k.BeginExport(ctx, by, q, cursor)
		if err != nil {
			return err
		}
		return k.ExportAlerts(ctx, by, e, func(store.AlertRow) error { return nil })
	}
	mail := func(k *kit, by access.Operator, school, address string) error {
		return k.MailDigest(ctx, by, app.DigestQuery{School: school}, address, nil)
	}
	return []matrixRow{
		{"export alerts", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return export(k, by, app.AlertQuery{}, "nightly")
		}},
		{"export a school's alerts", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return export(k, by, app.AlertQuery{School: on.school}, "")
		}},
		{"stream an export", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return k.ExportAlerts(ctx, by, app.Export{}, func(store.AlertRow) error { return nil })
		}},
		{"count an export", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.CountExport(ctx, by, app.Export{})
			return err
		}},
		{"hold an export", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return k.HoldExport(ctx, by, app.Export{}, "/var/tmp/alerts.csv", []byte{1})
		}},
		{"end an export", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return k.EndExport(ctx, by, app.Export{}, app.Exported{})
		}},
		{"report the coverage", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ReportCoverage(ctx, by, on.school)
			return err
		}},
		{"report devices", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ReportDevices(ctx, by, app.DeviceReport{School: on.school})
			return err
		}},
		{"report logins", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ReportLogins(ctx, by, on.school, time.Hour)
			return err
		}},
		{"the zone of a report", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.Zone(ctx, by, on.school)
			return err
		}},
		{"report a digest", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ReportDigest(ctx, by, app.DigestQuery{School: on.school})
			return err
		}},
		{"mail a digest to the school", principal(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			const address = "office@example.org"
			k.write(func(tx store.Tx) error {
				s, err := tx.School(ctx, "A")
				if err != nil {
					return err
				}
				s.Email = address
				return tx.PutSchool(ctx, &s)
			})
			return mail(k, by, on.school, address)
		}},
		{"mail a digest elsewhere", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return mail(k, by, "A", "elsewhere@example.org")
		}},
		{"report an incident", readers(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ReportIncident(ctx, by, app.IncidentQuery{Login: on.login, Since: time.Hour})
			return err
		}},
		{"export a person", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ExportAccount(ctx, by, on.login)
			return err
		}},
		{"plan to erase a person", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ErasurePlan(ctx, by, on.login)
			return err
		}},
		{"erase a person", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.EraseAccount(ctx, by, on.login, "asked for")
			return err
		}},
	}
}
