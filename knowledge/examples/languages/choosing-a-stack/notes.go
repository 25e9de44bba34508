// The rosetta notes service in Go: one resource, validation, problem+json, health, orderly shutdown (standard library, Go 1.24 or later).
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

type store struct {
	mu    sync.RWMutex
	notes map[string]note
}

// region service
type note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Body  string `json:"body"`
}
type fieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	var n note
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&n)
	var tooBig *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &tooBig):
		problem(w, http.StatusRequestEntityTooLarge, "Body too large", nil)
		return
	case errors.As(err, &wrongType):
		problem(w, 422, "Validation failed", []fieldError{{"/" + wrongType.Field, "must be " + wrongType.Type.String()}})
		return
	case err != nil:
		problem(w, http.StatusBadRequest, "Body is not JSON", nil)
		return
	}
	if errs := n.validate(); len(errs) > 0 {
		problem(w, http.StatusUnprocessableEntity, "Validation failed", errs)
		return
	}
	n.ID = rand.Text() // never the caller's id; Go 1.24 or later
	s.mu.Lock()
	s.notes[n.ID] = n
	s.mu.Unlock()
	w.Header().Set("Location", "/notes/"+n.ID)
	reply(w, http.StatusCreated, "application/json", n)
}

// endregion

func (n *note) validate() (errs []fieldError) {
	n.Title = strings.TrimSpace(n.Title)
	if l := utf8.RuneCountInString(n.Title); l < 1 || l > 100 {
		errs = append(errs, fieldError{"/title", "1 to 100 characters"})
	}
	if utf8.RuneCountInString(n.Body) > 10_000 {
		errs = append(errs, fieldError{"/body", "text up to 10000 characters"})
	}
	return errs
}

func (s *store) fetch(w http.ResponseWriter, r *http.Request) {
	s.mu.RLock()
	n, ok := s.notes[r.PathValue("id")]
	s.mu.RUnlock()
	if !ok {
		problem(w, http.StatusNotFound, "No such note", nil)
		return
	}
	reply(w, http.StatusOK, "application/json", n)
}

func problem(w http.ResponseWriter, status int, title string, errs []fieldError) {
	body := map[string]any{"title": title, "status": status}
	if errs != nil {
		body["errors"] = errs
	}
	reply(w, status, "application/problem+json", body)
}

func reply(w http.ResponseWriter, status int, mediaType string, body any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func main() {
	s := &store{notes: map[string]note{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", s.create)
	mux.HandleFunc("GET /notes/{id}", s.fetch)
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
	})
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		log.Fatal(err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil { // no new connection; requests in flight end first
		log.Fatal(err)
	}
}
