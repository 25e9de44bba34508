package price

import (
	"errors"
	"testing"
)

// region table
func TestTotalCents(t *testing.T) {
	tests := map[string]struct {
		unit, quantity, voucher int
		want                    int
		err                     error
	}{
		"plain":           {unit: 199, quantity: 1, want: 199},
		"under the limit": {unit: 100, quantity: 9, want: 900},
		"at the limit":    {unit: 100, quantity: 10, want: 900},
		"half up":         {unit: 5, quantity: 1, voucher: 50, want: 3},
		"no pieces":       {unit: 1, quantity: 0, err: ErrRange},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) { // go test -run 'TestTotalCents/half'
			got, err := TotalCents(tc.unit, tc.quantity, tc.voucher)
			if !errors.Is(err, tc.err) {
				t.Fatalf("err = %v, want %v", err, tc.err)
			}
			if got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

// endregion table
