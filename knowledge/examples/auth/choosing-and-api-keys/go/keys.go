// Package keys checks API keys of the form shop_live_<16 hex id>_<43 base64url secret>.
package keys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"time"
)

var ErrInvalid = errors.New("invalid API key")

type Row struct {
	Hash      [32]byte
	Account   string
	Scopes    []string
	ExpiresAt time.Time
	RevokedAt *time.Time
}

type Store interface {
	Find(ctx context.Context, id string) (Row, bool, error)
	Save(ctx context.Context, id string, row Row) error
}

// region go
var shape = regexp.MustCompile(`^shop_(?:live|test)_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$`)

func Issue(ctx context.Context, s Store, account string, scopes []string, ttl time.Duration) (string, error) {
	raw := make([]byte, 40) // 8 bytes of public id, 32 of secret
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	id, secret := hex.EncodeToString(raw[:8]), base64.RawURLEncoding.EncodeToString(raw[8:])
	row := Row{Hash: sha256.Sum256([]byte(secret)), Account: account, Scopes: scopes, ExpiresAt: time.Now().Add(ttl)}
	return "shop_live_" + id + "_" + secret, s.Save(ctx, id, row)
}

func Authenticate(ctx context.Context, s Store, text string) (Row, error) {
	parts := shape.FindStringSubmatch(text)
	if parts == nil {
		return Row{}, ErrInvalid
	}
	row, found, err := s.Find(ctx, parts[1])
	if err != nil {
		return Row{}, err // our outage: 503, not 401
	}
	hash := sha256.Sum256([]byte(parts[2]))
	if !found || subtle.ConstantTimeCompare(row.Hash[:], hash[:]) != 1 {
		return Row{}, ErrInvalid
	}
	now := time.Now()
	if !now.Before(row.ExpiresAt) || (row.RevokedAt != nil && !now.Before(*row.RevokedAt)) {
		return Row{}, ErrInvalid
	}
	return row, nil
}

// endregion
