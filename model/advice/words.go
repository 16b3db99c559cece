package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// days is the window's length for evidence.
func (s Subject) days() float64 { return s.Window.Hours() / 24 }

// span names the window for evidence.
func (s Subject) span() string {
	return s.Window.From.UTC().Format("2006-01-02") + " to " + s.Window.To.UTC().Format("2006-01-02")
}

// cli builds an AWS CLI command about the function; args come as written.
func (s Subject) cli(command string, args ...string) string {
	return s.aws("lambda", command, append([]string{"--function-name " + quote(s.Function.Key.Name)}, args...)...)
}

// aws builds an AWS CLI command in the resource's region; args come as
// written.
func (s Subject) aws(service, command string, args ...string) string {
	parts := []string{"aws", service, command, "--region", quote(string(s.Key().Region))}
	return strings.Join(append(parts, args...), " ")
}

// quote makes a word safe for a POSIX shell: bare where nothing in it is
// special, else in single quotes. Control characters are taken out first;
// no name of an AWS resource has any.
func quote(word string) string {
	word = textsafe.Line(word)
	bare := word != "" && word[0] != '-'
	for _, r := range word {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:", r)) {
			bare = false
		}
	}
	if bare {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// thousands prints a count with separators.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// zero is no money.
var zero unit.USD

// lastPart is what follows an ARN's last slash or colon.
func lastPart(arn string) string { return arn[strings.LastIndexAny(arn, ":/")+1:] }
