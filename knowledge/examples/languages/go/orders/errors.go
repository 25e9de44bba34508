package orders

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// region errors
var (
	ErrNotFound    = errors.New("order not found")
	ErrAlreadyPaid = errors.New("order already paid")
)

// InvalidError is about the caller's input: its text may be shown.
type InvalidError struct{ Field, Reason string }

func (e *InvalidError) Error() string { return e.Field + " " + e.Reason }

// statusOf is the only place where an error becomes an HTTP status.
func statusOf(err error) (code int, detail string) {
	if invalid, ok := errors.AsType[*InvalidError](err); ok { // before Go 1.26: errors.As
		return http.StatusUnprocessableEntity, invalid.Error()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "the body is too large"
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound, "there is no such order"
	case errors.Is(err, ErrAlreadyPaid):
		return http.StatusConflict, "the order is already paid"
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "the request took too long"
	}
	return http.StatusInternalServerError, "" // never err.Error(): it may hold SQL or host names
}

// endregion errors

// region adapter
// Handler lets handlers return an error; Problems writes and logs it once.
type Handler func(w http.ResponseWriter, r *http.Request) error

func Problems(log *slog.Logger, next Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := next(w, r)
		if err == nil {
			return
		}
		if ended := r.Context().Err(); errors.Is(ended, context.Canceled) { // the client has gone
			log.InfoContext(r.Context(), "client closed request", "route", r.Pattern)
			return
		} else if ended != nil {
			err = errors.Join(err, ended) // drivers word a cancelled query in their own way
		}
		code, detail := statusOf(err)
		if code >= 500 {
			log.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "error", err)
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"title": http.StatusText(code), "status": code, "detail": detail,
		})
	}
}

// endregion adapter
