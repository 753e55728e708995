package main

import (
	"bufio"
	"context"
	"net"
	"strings"
	"sync"
	"time"
)

// A mood is how a mail server behaves.
type mood string

const (
	taking   mood = "taking"   // everything
	slow     mood = "slow"     // 5 ms for each mail
	refusing mood = "refusing" // 450 to every second recipient
	dropping mood = "dropping" // the connection behind every tenth mail that it has
	hanging  mood = "hanging"  // with the mail in its hands
	down     mood = "down"     // nobody listens
)

// A mailServer is the least that a mail client talks to.
type mailServer struct {
	listener net.Listener

	mutex sync.Mutex
	mood  mood
	rcpts int
	taken []string // Message-IDs
	drops int
	holds int // mails that it hung with, ever
}

func newMailServer(ctx context.Context) (*mailServer, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &mailServer{listener: listener, mood: taking}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go s.serve(ctx, conn)
		}
	}()
	return s, nil
}

// reset changes the mood and forgets what was taken.
func (s *mailServer) reset(m mood) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.mood, s.taken, s.drops = m, nil, 0
}

func (s *mailServer) be(m mood) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.mood = m
}

// port gives where to reach it; one that is down is reached nowhere.
func (s *mailServer) port() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.mood == down {
		return "1"
	}
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return port
}

// held gives how many mails it has hung with.
func (s *mailServer) held() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.holds
}

// count gives how many mails came, how many of them differ, and how often the
// connection was dropped.
func (s *mailServer) count() (all, different, drops int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	ids := map[string]bool{}
	for _, id := range s.taken {
		ids[id] = true
	}
	return len(s.taken), len(ids), s.drops
}

func (s *mailServer) serve(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(line string) bool {
		_, err := conn.Write([]byte(line + "\r\n"))
		return err == nil
	}
	if !say("220 mail.example") {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		answer := "250 ok"
		switch verb {
		case "QUIT":
			_ = say("221 bye")
			return
		case "RCPT":
			answer = s.recipient()
		case "DATA":
			if !say("354 go on") {
				return
			}
			if !s.take(ctx, in) {
				return
			}
		}
		if !say(answer) {
			return
		}
	}
}

func (s *mailServer) recipient() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.rcpts++; s.mood == refusing && s.rcpts%2 == 0 {
		return "450 4.2.0 not now"
	}
	return "250 ok"
}

// take reads a mail and reports whether the connection goes on.
func (s *mailServer) take(ctx context.Context, in *bufio.Reader) bool {
	id := ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.HasPrefix(strings.ToLower(line), "message-id:") {
			id = strings.TrimSpace(line[len("message-id:"):])
		}
		if line == ".\r\n" {
			break
		}
	}
	s.mutex.Lock()
	m := s.mood
	if m == hanging {
		s.holds++
	} else {
		s.taken = append(s.taken, id)
	}
	drop := m == dropping && len(s.taken)%10 == 0
	if drop {
		s.drops++
	}
	s.mutex.Unlock()
	switch m {
	case hanging:
		<-ctx.Done()
	case slow:
		time.Sleep(5 * time.Millisecond)
	case taking, refusing, dropping, down:
	}
	return !drop && m != hanging
}
