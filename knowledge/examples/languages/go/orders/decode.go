package orders

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// region decode
// OrderPatch: nil means "not sent"; the pointer tells absent from zero.
type OrderPatch struct {
	Note     *string `json:"note"`
	Quantity *int    `json:"quantity"`
}

// Decode reads exactly one JSON value without unknown members and at most limit bytes.
func Decode(w http.ResponseWriter, r *http.Request, limit int64, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return err // 413
		}
		return &InvalidError{Field: "body", Reason: "is not the JSON of this route"}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) { // {"a":1} garbage
		return &InvalidError{Field: "body", Reason: "has data after the JSON value"}
	}
	return nil
}

// endregion decode
