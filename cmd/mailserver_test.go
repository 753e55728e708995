package cmd_test

import (
	"errors"
	"io"
	"log"
	"net"
	"regexp"
	"strconv"
	"sync"

	"github.com/emersion/go-smtp"
	"github.com/rogpeppe/go-internal/testscript"
)

// postKey is where a script keeps its mail server.
const postKey = "post"

// A postServer is a script's mail server, in one of its moods.
type postServer struct {
	mutex sync.Mutex
	mood  string
	taken []string // Message-IDs, in order; twice where a mail came twice
	hung  chan struct{}
}

// scriptPost drives the script's mail server: post MOOD starts it at the first
// call and changes its mood, post got N DIFFERENT says how many mails it must have
// taken, and how many of them differ. It sets PINWARD_MAIL_… for what follows.
// The moods: take all, refuse all (550), put all off (450), drop the connection
// once it has a mail, hang there, and down (nobody listens).
func scriptPost(ts *testscript.TestScript, neg bool, args []string) {
	server, _ := ts.Value(postKey).(*postServer)
	if neg || server == nil || len(args) == 0 {
		ts.Fatalf("usage: post MOOD, or post got N DIFFERENT")
	}
	if args[0] == "got" && len(args) == 3 {
		server.check(ts, args[1], args[2])
		return
	}
	if server.hung == nil {
		server.start(ts)
	}
	server.mutex.Lock()
	defer server.mutex.Unlock()
	server.mood = args[0]
	if args[0] == "down" {
		ts.Setenv("PINWARD_MAIL_PORT", "1")
		return
	}
	ts.Setenv("PINWARD_MAIL_PORT", ts.Getenv("POST"))
}

func (s *postServer) start(ts *testscript.TestScript) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	ts.Check(err)
	s.hung = make(chan struct{})
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &postSession{s, c}, nil }))
	server.Domain, server.ErrorLog = "mail.example", log.New(io.Discard, "", 0)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ts.Defer(func() {
		close(s.hung)
		_ = server.Close()
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			ts.Logf("mail server: %v", err)
		}
	})
	ts.Setenv("POST", port)
	for key, value := range map[string]string{
		"DELIVERY": "smtp", "FROM": "Vie scolaire <office@school.example>", "HOST": "127.0.0.1", "TLS": "none", "TIMEOUT": "1s",
	} {
		ts.Setenv("PINWARD_MAIL_"+key, value)
	}
}

func (s *postServer) check(ts *testscript.TestScript, n, different string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	ids := map[string]bool{}
	for _, id := range s.taken {
		ids[id] = true
	}
	if strconv.Itoa(len(s.taken)) != n || strconv.Itoa(len(ids)) != different {
		ts.Fatalf("the server took %d mails, %d of them different; want %s and %s", len(s.taken), len(ids), n, different)
	}
}

type postSession struct {
	server *postServer
	conn   *smtp.Conn
}

func (s *postSession) Reset()                               {}
func (s *postSession) Logout() error                        { return nil }
func (s *postSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *postSession) Rcpt(string, *smtp.RcptOptions) error {
	s.server.mutex.Lock()
	defer s.server.mutex.Unlock()
	switch s.server.mood {
	case "refuse":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}
	case "putoff":
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "not now"}
	}
	return nil
}

var messageID = regexp.MustCompile(`(?i)Message-ID:\s*(<[^>]*>)`)

func (s *postSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mutex.Lock()
	mood := s.server.mood
	if mood != "hang" {
		s.server.taken = append(s.server.taken, string(messageID.FindSubmatch(data)[1]))
	}
	s.server.mutex.Unlock()
	switch mood {
	case "hang":
		<-s.server.hung
	case "drop":
		return s.conn.Conn().Close()
	}
	return nil
}
