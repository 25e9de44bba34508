package orders

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

type Payer interface {
	Pay(ctx context.Context, id int64) error
	ByCustomer(ctx context.Context, customer string) ([]Order, error)
}

// region routes
// Routes wires the API; the method and the wildcard are part of the pattern since Go 1.22.
func Routes(log *slog.Logger, store Payer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /customers/{customer}/orders", Problems(log, list(store)))
	mux.HandleFunc("POST /orders/{id}/payment", Problems(log, pay(store)))
	return Timeout(2*time.Second, mux)
}

// Timeout gives every request a deadline; SQL and outbound calls inherit it through r.Context().
func Timeout(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func pay(store Payer) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return &InvalidError{Field: "id", Reason: "is not a number"}
		}
		if err := store.Pay(r.Context(), id); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// endregion routes

func list(store Payer) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		found, err := store.ByCustomer(r.Context(), r.PathValue("customer"))
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(map[string]any{"orders": found})
	}
}
