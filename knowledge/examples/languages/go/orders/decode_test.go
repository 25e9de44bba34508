package orders

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"quantity":0}`: true, `{}`: true, `{"q":1}`: false, `{} x`: false, `{}{}`: false, ``: false,
		`{"note":"` + strings.Repeat("x", 200) + `"}`: false,
	} {
		var p OrderPatch
		err := Decode(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(body)), 100, &p)
		if (err == nil) != ok {
			t.Error(body, err)
		}
		if body == `{"quantity":0}` && (p.Quantity == nil || p.Note != nil) {
			t.Error("absent and zero are not told apart")
		}
	}
}
