package collect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

func TestWorkflowLengths(t *testing.T) {
	const task = `"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"`
	none := 0
	for name, c := range map[string]struct {
		definition string
		shortest   int
		usual      float64
		longest    int // 0: no bound
	}{
		// states-language.net, Hello World.
		"hello":    {`{"StartAt":"H","States":{"H":{` + task + `,"End":true}}}`, 1, 1, 1},
		"in a row": {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{` + task + `,"Next":"C"},"C":{"Type":"Succeed"}}}`, 3, 3, 3},
		// One way of a choice fails: it does not succeed in fewer.
		"choice": {`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Next":"B"},{"Next":"F"}],"Default":"C"},
			"B":{` + task + `,"Next":"C"},"C":{` + task + `,"End":true},"F":{"Type":"Fail"}}}`, 2, 2.333, 3},
		"retries": {`{"StartAt":"A","States":{"A":{` + task + `,"Retry":[{"ErrorEquals":["X"]},{"ErrorEquals":["Y"],"MaxAttempts":0}],"Next":"B"},
			"B":{` + task + `,"Retry":[{"MaxAttempts":2}],"End":true}}}`, 2, 2, 7},
		// What is caught ends in one more state, and counts as success.
		"catch": {`{"StartAt":"A","States":{"A":{` + task + `,"Catch":[{"Next":"C"}],"Next":"B"},"B":{` + task + `,"End":true},"C":{` + task + `,"Next":"B"}}}`, 2, 2, 3},
		"parallel": {`{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"A","States":{"A":{` + task + `,"Next":"B"},"B":{` + task + `,"End":true}}},
			{"StartAt":"A","States":{"A":{` + task + `,"End":true}}}]}}}`, 4, 4, 4},
		"parallel, caught": {`{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Catch":[{"Next":"C"}],"Branches":[
			{"StartAt":"A","States":{"A":{` + task + `,"Next":"B"},"B":{` + task + `,"End":true}}}]},"C":{"Type":"Pass","End":true}}}`, 1, 3, 4},
		"map": {`{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"A","States":{"A":{` + task + `,"End":true}}}}}}`, 1, 2, none},
		"loop": {`{"StartAt":"A","States":{"A":{` + task + `,"Next":"W"},"W":{"Type":"Wait","Seconds":5,"Next":"C"},
			"C":{"Type":"Choice","Choices":[{"Next":"A"}],"Default":"D"},"D":{"Type":"Succeed"}}}`, 4, 3.5, none},
		"only failure":   {`{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`, 1, 1, 1},
		"leads nowhere":  {`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"Z"}}}`, 1, 1, 1},
		"starts nowhere": {`{"StartAt":"Z","States":{"A":{"Type":"Pass","End":true}}}`, 1, 1, 1},
		"short, but wide": {`{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Next":"P"}],"Default":"A"},"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true},
			"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}}]}}}`, 3, 3.5, 4},
	} {
		w, _ := readWorkflow(c.definition, "us-east-1", "123456789012")
		if w.States == 0 {
			t.Errorf("%s: not understood", name)
			continue
		}
		longest := 0
		if w.Longest != nil {
			longest = *w.Longest
		}
		if want := max(c.usual, float64(c.shortest)); w.Shortest != c.shortest || w.Usual != want || longest != c.longest {
			t.Errorf("%s: %d, %g, %d states, want %d, %g, %d", name, w.Shortest, w.Usual, longest, c.shortest, want, c.longest)
		}
	}
}

// Resources as the Step Functions developer guide spells them.
func TestWorkflowEdges(t *testing.T) {
	const arn = "arn:aws:%s:us-east-1:123456789012:%s"
	states := []string{
		`"Resource":"arn:aws:lambda:us-east-1:123456789012:function:direct:live"`,
		`"Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:optimized:$LATEST","Payload":{"secret":"x"}}`,
		`"Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"by-name:2"}`,
		`"Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"{% $f %}"}`,
		`"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName.$":"$.f"}`,
		`"Resource":"arn:aws:states:::states:startExecution.sync:2","Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:child"}`,
		`"Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/123456789012/q"}`,
		`"Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:topic"}`,
		`"Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"orders","Item":{}}`,
		`"Resource":"arn:aws:states:::aws-sdk:dynamodb:query","Parameters":{"TableName":"stock"}`,
		`"Resource":"arn:aws:states:::lambda:invoke","Arguments":"{% $all %}"`,
		`"Resource":"arn:aws:states:us-east-1:123456789012:activity:person"`,
	}
	var b strings.Builder
	b.WriteString(`{"TimeoutSeconds":3600,"StartAt":"S0","States":{`)
	for i, s := range states {
		fmt.Fprintf(&b, `"S%d":{"Type":"Task",%s,"Next":"S%d"},`, i, s, i+1)
	}
	fmt.Fprintf(&b, `"S%d":{"Type":"Succeed"}}}`, len(states))
	w, edges := readWorkflow(b.String(), "us-east-1", "123456789012")
	var got []string
	for _, e := range edges {
		got = append(got, e.Kind+" "+string(e.To))
	}
	slices.Sort(got)
	var want []string
	for _, e := range [][3]string{
		{model.EdgeFeeds, "sns", "topic"},
		{model.EdgeFeeds, "sqs", "q"},
		{model.EdgeInvokes, "dynamodb", "table/orders"},
		{model.EdgeInvokes, "dynamodb", "table/stock"},
		{model.EdgeInvokes, "lambda", "function:by-name"},
		{model.EdgeInvokes, "lambda", "function:direct"},
		{model.EdgeInvokes, "lambda", "function:optimized"},
		{model.EdgeInvokes, "states", "stateMachine:child"},
	} {
		want = append(want, e[0]+" "+fmt.Sprintf(arn, e[1], e[2]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("edges\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !w.Callbacks || !w.Sync || !w.Activities || !w.Waits || w.TimeoutSeconds != 3600 || w.States != len(states)+1 {
		t.Errorf("%+v", w)
	}
}

func FuzzWorkflow(f *testing.F) {
	f.Add(`{"StartAt":"A","States":{"A":{"Type":"Map","Iterator":{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}},"Next":"B"},"B":{"Type":"Parallel","Branches":[{"StartAt":"","States":{"":null}}],"Retry":[{"MaxAttempts":-1},{"MaxAttempts":1e300}]}}}`)
	f.Add(`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Next":"A"},{"Next":"B"}],"Catch":[{"Next":"B"}]},"B":{"Type":"Fail"}}}`)
	f.Fuzz(func(t *testing.T, definition string) {
		w, _ := readWorkflow(definition, "us-east-1", "123456789012")
		if w.States == 0 {
			return
		}
		longest := transitionsMost
		if w.Longest != nil {
			longest = *w.Longest
		}
		if w.Shortest < 1 || w.Usual < float64(w.Shortest) || longest < w.Shortest {
			t.Fatalf("%q: %d, %g, %d", definition, w.Shortest, w.Usual, longest)
		}
	})
}
