package api

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// A specification is docs/openapi.yaml, as far as the tests read it.
type specification struct {
	Paths      map[string]map[string]operation `yaml:"paths"`
	Components struct {
		Parameters map[string]struct{ Name, In string } `yaml:"parameters"`
		Responses  map[string]struct {
			Headers map[string]any   `yaml:"headers"`
			Content map[string]media `yaml:"content"`
		} `yaml:"responses"`
		Schemas map[string]schema `yaml:"schemas"`
	} `yaml:"components"`
}

type operation struct {
	Scope      string       `yaml:"x-scope"`
	Parameters []ref        `yaml:"parameters"`
	Body       *requestBody `yaml:"requestBody"`
	Responses  map[string]struct {
		Ref     string           `yaml:"$ref"`
		Content map[string]media `yaml:"content"`
	} `yaml:"responses"`
}

type requestBody struct {
	Content map[string]media `yaml:"content"`
}

type ref struct {
	Ref string `yaml:"$ref"`
}

type media struct {
	Schema schema `yaml:"schema"`
}

type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       any               `yaml:"type"`
	Format     string            `yaml:"format"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	Items      *schema           `yaml:"items"`
	AnyOf      []schema          `yaml:"anyOf"`
}

func specified(t *testing.T) specification {
	t.Helper()
	text, err := os.ReadFile("../../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var s specification
	if err := yaml.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func component(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// statuses gives what a route may answer.
func (rt route) statuses() []string {
	all := append([]int{rt.status, 401, 403, 429, 500, 503}, rt.fails...)
	if rt.method == "POST" {
		all = append(all, 400, 413, 415)
	}
	if rt.repeats {
		all = append(all, 409, 422)
	}
	slices.Sort(all)
	var texts []string
	for _, status := range slices.Compact(all) {
		texts = append(texts, strconv.Itoa(status))
	}
	return texts
}

// TestRoutesAreSpecified holds the routes against docs/openapi.yaml: methods,
// scopes, statuses, parameters and the objects that go in and out.
func TestRoutesAreSpecified(t *testing.T) {
	s := specified(t)
	known := map[string]bool{}
	for _, rt := range (&api{edge: &edge.Edge{}}).routes() {
		name := rt.method + " " + rt.path
		known[name] = true
		op, ok := s.Paths[rt.path][strings.ToLower(rt.method)]
		if !ok {
			t.Errorf("%s: not in docs/openapi.yaml", name)
			continue
		}
		t.Run(name, func(t *testing.T) { s.holds(t, rt, op) })
	}
	for path, methods := range s.Paths {
		for method := range methods {
			if name := strings.ToUpper(method) + " " + path; !known[name] {
				t.Errorf("docs/openapi.yaml: %s: no such route", name)
			}
		}
	}
}

func (s specification) holds(t *testing.T, rt route, op operation) {
	if op.Scope != string(rt.scope) {
		t.Errorf("scope: got %q, want %q", op.Scope, rt.scope)
	}
	if got := slices.Sorted(maps.Keys(op.Responses)); !slices.Equal(got, rt.statuses()) {
		t.Errorf("statuses: got %v, want %v", got, rt.statuses())
	}
	var got, want []string
	for _, p := range op.Parameters {
		parameter := s.Components.Parameters[component(p.Ref)]
		got = append(got, parameter.In+" "+parameter.Name)
	}
	for _, p := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(rt.path, -1) {
		want = append(want, "path "+p[1])
	}
	if rt.path == "/v1/notices" {
		want = append(want, "query login", "query external_id")
	}
	if rt.repeats {
		want = append(want, "header Idempotency-Key")
	}
	if !slices.Equal(got, want) {
		t.Errorf("parameters: got %v, want %v", got, want)
	}
	answer := op.Responses[strconv.Itoa(rt.status)].Content[jsonType].Schema
	if got, want := component(answer.Ref), schemaName(reflect.TypeOf(rt.answer)); got != want {
		t.Errorf("answer: got %s, want %s", got, want)
	}
	types := []string{}
	if rt.request != nil {
		types = append(types, jsonType)
	}
	if rt.forms {
		types = append(types, formType)
	}
	if op.Body == nil {
		op.Body = &requestBody{}
	}
	if got := slices.Sorted(maps.Keys(op.Body.Content)); !slices.Equal(got, types) {
		t.Errorf("media types: got %v, want %v", got, types)
	}
	for kind, m := range op.Body.Content {
		if got, want := component(m.Schema.Ref), schemaName(reflect.TypeOf(rt.request)); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
	refusals := op.Responses["403"]
	both := len(s.Components.Responses[component(refusals.Ref)].Content["application/problem+json"].Schema.AnyOf) == 2
	if want := rt.repeats; both != want {
		t.Errorf("refusals with a decision: got %v, want %v", both, want)
	}
}

// schemaName gives the name under which docs/openapi.yaml describes a type.
func schemaName(typ reflect.Type) string {
	switch typ {
	case reflect.TypeOf(app.DeviceInfo{}):
		return "Device"
	case reflect.TypeOf(app.NoticeInfo{}):
		return "Notice"
	case reflect.TypeOf(refused{}):
		return "Refusal"
	}
	return strings.ToUpper(typ.Name()[:1]) + typ.Name()[1:]
}

// TestObjectsAreSpecified holds every type that goes over the line against its
// schema: the same keys, of the same kind, in the answers each promised or not.
func TestObjectsAreSpecified(t *testing.T) {
	s := specified(t)
	types := map[string]reflect.Type{}
	answers := map[string]bool{}
	var add func(typ reflect.Type, answer bool)
	add = func(typ reflect.Type, answer bool) {
		name := schemaName(typ)
		if types[name] != nil {
			return
		}
		types[name], answers[name] = typ, answer
		for _, f := range fieldsOf(typ) {
			if inner := structOf(f.Type); inner != nil {
				add(inner, answer)
			}
		}
	}
	for _, rt := range (&api{edge: &edge.Edge{}}).routes() {
		if rt.request != nil {
			add(reflect.TypeOf(rt.request), false)
		}
		add(reflect.TypeOf(rt.answer), true)
	}
	add(reflect.TypeOf(refused{}), true)
	add(reflect.TypeOf(edge.Problem{}), true)
	if got, want := slices.Sorted(maps.Keys(s.Components.Schemas)), slices.Sorted(maps.Keys(types)); !slices.Equal(got, want) {
		t.Fatalf("schemas: got %v, want %v", got, want)
	}
	for name, typ := range types {
		t.Run(name, func(t *testing.T) { s.Components.Schemas[name].describes(t, typ, answers[name]) })
	}
}

func (s schema) describes(t *testing.T, typ reflect.Type, answer bool) {
	var keys, promised []string
	for _, f := range fieldsOf(typ) {
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		keys = append(keys, key)
		nullable := f.Type.Kind() == reflect.Pointer && options == "" && answer
		if options == "" {
			promised = append(promised, key)
		}
		if got, want := s.Properties[key].kind(), kindOf(f.Type, nullable); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	slices.Sort(keys)
	if got := slices.Sorted(maps.Keys(s.Properties)); !slices.Equal(got, keys) {
		t.Errorf("keys: got %v, want %v", got, keys)
	}
	slices.Sort(promised)
	if slices.Sort(s.Required); answer && !slices.Equal(s.Required, promised) {
		t.Errorf("required: got %v, want %v", s.Required, promised)
	}
}

// fieldsOf gives the fields that JSON shows, those of embedded structs too.
func fieldsOf(typ reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for i := range typ.NumField() {
		switch f := typ.Field(i); {
		case f.Anonymous:
			fields = append(fields, fieldsOf(f.Type)...)
		case f.Tag.Get("json") != "-":
			fields = append(fields, f)
		}
	}
	return fields
}

// structOf gives the struct that a field shows as an object, nil where it shows
// something else.
func structOf(typ reflect.Type) reflect.Type {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || slices.Contains(texts(), typ) {
		return nil
	}
	return typ
}

func texts() []reflect.Type {
	return []reflect.Type{reflect.TypeOf(time.Time{}), reflect.TypeOf(access.Secret{}), reflect.TypeOf(access.PIN{})}
}

// kindOf words what JSON shows of a type, as kind words what a schema allows.
func kindOf(typ reflect.Type, nullable bool) string {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	word := ""
	switch inner := structOf(typ); {
	case typ == reflect.TypeOf(time.Time{}):
		word = "time"
	case slices.Contains(texts(), typ), typ.Kind() == reflect.String:
		word = "string"
	case typ.Kind() == reflect.Bool:
		word = "boolean"
	case typ.Kind() == reflect.Int:
		word = "integer"
	case typ.Kind() == reflect.Slice:
		return "list of " + kindOf(typ.Elem(), false)
	case inner != nil:
		word = schemaName(inner)
	}
	if nullable {
		word += " or null"
	}
	return word
}

func (s schema) kind() string {
	switch {
	case s.Ref != "":
		return component(s.Ref)
	case len(s.AnyOf) == 2:
		return s.AnyOf[0].kind() + " or " + s.AnyOf[1].kind()
	case s.Items != nil:
		return "list of " + s.Items.kind()
	}
	words := []string{}
	list, several := s.Type.([]any)
	if !several {
		list = []any{s.Type}
	}
	for _, one := range list {
		word := fmt.Sprint(one)
		if word == "string" && s.Format == "date-time" {
			word = "time"
		}
		words = append(words, word)
	}
	return strings.Join(words, " or ")
}
