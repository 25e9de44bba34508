package bookings

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

type Booking struct {
	ID     int    `json:"id"`
	Room   string `json:"room"`
	Nights int    `json:"nights"`
}

type Store struct {
	mu   sync.Mutex
	rows []Booking
}

func NewHandler(store *Store, valid func(token string) bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/bookings", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if !valid(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var b Booking
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&b); err != nil || b.Room == "" || b.Nights < 1 {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		store.mu.Lock()
		b.ID = len(store.rows) + 1
		store.rows = append(store.rows, b)
		store.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(b)
	})
	return mux
}
