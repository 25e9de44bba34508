// Package accesstoken validates RFC 9068 access tokens with golang-jwt v5.
package accesstoken

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// region go
type Claims struct {
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
	jwt.RegisteredClaims
}

// Validate is called by the parser after the registered claims.
func (c Claims) Validate() error {
	if c.Subject == "" || c.ClientID == "" || c.ID == "" || c.IssuedAt == nil {
		return errors.New("sub, client_id, jti and iat are required")
	}
	return nil
}

var parser = jwt.NewParser(
	jwt.WithValidMethods([]string{"ES256"}), // without it, any algorithm that fits the key
	jwt.WithIssuer("https://id.example.com"),
	jwt.WithAudience("https://orders.api.example.com"),
	jwt.WithExpirationRequired(), // exp is optional by default
	jwt.WithLeeway(30*time.Second),
)

// Validate checks a raw token; keys comes from keyfunc/v3 (cached JWKS) or looks kid up in your own set.
func Validate(raw string, keys jwt.Keyfunc) (*Claims, error) {
	claims := &Claims{}
	token, err := parser.ParseWithClaims(raw, claims, keys)
	if err != nil {
		return nil, err
	}
	if _, found := token.Header["crit"]; found { // the library ignores crit
		return nil, fmt.Errorf("%w: crit is not supported", jwt.ErrTokenUnverifiable)
	}
	typ, _ := token.Header["typ"].(string)
	if strings.TrimPrefix(strings.ToLower(typ), "application/") != "at+jwt" {
		return nil, fmt.Errorf("%w: typ %q", jwt.ErrTokenUnverifiable, typ)
	}
	return claims, nil
}

// endregion
