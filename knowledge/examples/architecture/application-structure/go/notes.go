package notes

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"
)

type Note struct {
	ID, Owner, Title string
	Archived         bool
}

// region service
var (
	ErrNotFound     = errors.New("note-not-found")
	ErrTitleTaken   = errors.New("title-taken")
	ErrArchived     = errors.New("note-archived")
	ErrInvalidTitle = errors.New("invalid-title")
)

// Store is declared by its consumer; the PostgreSQL type in another package satisfies it.
type Store interface {
	Find(ctx context.Context, id, owner string) (Note, error)
	Save(ctx context.Context, n Note) error
}

// Service gets a function that runs work in one transaction and rolls back when work returns an error.
type Service struct {
	InTx func(ctx context.Context, work func(Store) error) error
}

func (s Service) Rename(ctx context.Context, owner, id, title string) (note Note, err error) {
	title = strings.TrimSpace(title)
	if n := utf8.RuneCountInString(title); n < 1 || n > 100 {
		return Note{}, ErrInvalidTitle
	}
	err = s.InTx(ctx, func(store Store) error {
		if note, err = store.Find(ctx, id, owner); err != nil {
			return err
		}
		if note.Archived {
			return ErrArchived
		}
		note.Title = title
		return store.Save(ctx, note)
	})
	if err != nil {
		return Note{}, err
	}
	return note, nil
}

// endregion service

// region mapper
var statuses = []struct {
	err    error
	status int
}{{ErrNotFound, 404}, {ErrTitleTaken, 409}, {ErrArchived, 409}, {ErrInvalidTitle, 422}}

// Handler returns errors instead of writing them; Handle is the only place that knows statuses.
type Handler func(w http.ResponseWriter, r *http.Request) error

func Handle(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		status, code := http.StatusInternalServerError, "about:blank"
		for _, known := range statuses {
			if errors.Is(err, known.err) { // also when wrapped with %w
				status, code = known.status, "https://api.example.com/problems/"+known.err.Error()
			}
		}
		if status == http.StatusInternalServerError {
			slog.ErrorContext(r.Context(), "unhandled", "path", r.URL.Path, "error", err)
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"type": code, "title": http.StatusText(status), "status": status})
	}
}

// endregion mapper
