// Tests of a client with go test against a running seller: each has a world of its own.

package order

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

type settings map[string]any

type seller struct {
	t     *testing.T
	base  string
	world string
}

func newSeller(t *testing.T) seller {
	address := os.Getenv("MOCKSELLER_URL")
	if address == "" {
		address = "http://127.0.0.1:1500/billmgr"
	}
	world := fmt.Sprintf("go-%x", time.Now().UnixNano())
	made := seller{t, strings.TrimSuffix(address, "/billmgr"), world}
	made.control("POST", "/worlds", settings{"name": world})
	t.Cleanup(func() { made.control("DELETE", "/worlds/"+world, nil) })
	return made
}

func (s seller) control(method, path string, body settings) {
	s.t.Helper()
	sent, _ := json.Marshal(body)
	if body == nil {
		sent = nil
	}
	request, _ := http.NewRequest(method, s.base+"/_mockseller"+path, bytes.NewReader(sent))
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		// A refused expectation names the calls that came nearest.
		answer, _ := io.ReadAll(response.Body)
		s.t.Fatalf("%s %s: %s", method, path, answer)
	}
}

func (s seller) verify(expected settings) {
	s.t.Helper()
	s.control("POST", "/journal/verify?world="+s.world, expected)
}

// order orders a license as your client would.
func (s seller) order() (string, error) {
	response, err := http.PostForm(s.base+"/w/"+s.world+"/billmgr", url.Values{
		"authinfo": {"reseller:secret"}, "func": {"soft.order.param"}, "pricelist": {"55227"},
		"period": {"1"}, "ip": {"0.0.0.0"}, "licname": {"from-go-test"}, "skipbasket": {"on"},
		"clicked_button": {"finish"}, "sok": {"ok"}, "out": {"xml"},
	})
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return string(answer), err
}

func TestALicenseIsOrdered(t *testing.T) {
	s := newSeller(t)
	answer, err := s.order()
	if err != nil || !strings.Contains(answer, "<id>") {
		t.Fatal(answer, err)
	}
	s.verify(settings{"func": "soft.order.param", "outcome": "bought", "count": 1})
}

func TestAnOrderWhoseAnswerIsLostIsBoughtAllTheSame(t *testing.T) {
	s := newSeller(t)
	s.control("POST", "/faults?world="+s.world, settings{
		"what": "drop", "func": "soft.order.param", "when": "after", "times": 1,
	})
	if answer, err := s.order(); err == nil {
		t.Fatal("an answer came: " + answer)
	}
	s.verify(settings{"func": "soft.order.param", "outcome": "bought", "count": 1})
}
