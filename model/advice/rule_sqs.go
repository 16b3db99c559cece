package advice

import (
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// emptyShare of receives that find nothing is worth changing, and
	// emptyReceives the least number in the window: half of them for nothing.
	emptyShare, emptyReceives = 0.5, 100_000
	// longPoll is the longest that a receive can wait, in seconds (Amazon SQS
	// Developer Guide, "short and long polling").
	longPoll = 20
	// lambdaPolls a minute is how often an event source mapping asks an empty
	// queue: five pollers, each waiting 20 s whatever the queue says (AWS
	// Lambda Developer Guide, "Using Lambda with Amazon SQS").
	lambdaPolls = 15
	// shortPoll is the wait up to which polling counts as short.
	shortPoll = 5
	// heldMessages is the least number of messages in a dead-letter queue that
	// nobody reads.
	heldMessages = 1
)

// queueConfig is what the collector keeps of a queue.
type queueConfig struct {
	FIFO             bool   `json:"fifo"`
	WaitSeconds      int    `json:"receive_wait_s"`
	RetentionSeconds int    `json:"retention_s"`
	DeadLetter       string `json:"dead_letter_arn"`
}

var (
	_ = register(Rule{Name: "sqs-empty-receives", Service: "sqs", Advise: adviseEmptyReceives})
	_ = register(Rule{Name: "sqs-unused", Service: "sqs", Advise: adviseUnusedQueue})
	_ = register(Rule{Name: "sqs-dead-letter-unread", Service: "sqs", Advise: adviseUnreadDeadLetters})
	_ = register(Rule{Name: "sqs-no-dead-letter", Service: "sqs", Advise: adviseNoDeadLetters})
)

// adviseEmptyReceives recommends long polling where most receives find
// nothing: each is a request that is paid for. A consumer that asks again at
// once, every instant of a month, asks at least every 20 s then.
func adviseEmptyReceives(s Subject) (model.Advice, bool) {
	c, ok := decoded[queueConfig](s)
	if !ok || c.WaitSeconds > shortPoll {
		return model.Advice{}, false
	}
	all, got := s.metric("NumberOfEmptyReceives"), s.metric("NumberOfMessagesReceived")
	empty := all - lambdaPolls*60*s.Window.Hours()*float64(len(s.pollers()))
	asked := quantity(s.items(), "").Float64()
	if empty < emptyReceives || empty < emptyShare*(all+got) || asked <= 0 {
		return model.Advice{}, false
	}
	// One in as many seconds as a receive will wait stays empty.
	waits := max(1-float64(c.WaitSeconds+1)/longPoll, 0)
	share := min(empty/asked, 1)
	a := model.Advice{
		Title:   fmt.Sprintf("Poll long: let receives wait %d s instead of %d s", longPoll, c.WaitSeconds),
		Effects: []model.Effect{{Low: share * waits / 2, Likely: share * waits, High: share}},
		Evidence: []string{
			fmt.Sprintf("%s receives found nothing, %s messages were received, %s", thousands(int64(all)), thousands(int64(got)), s.span()),
			fmt.Sprintf("%.0f %% of its requests are empty receives that no event source mapping explains", 100*share),
		},
		Confidence: "B", Effort: "low",
		Risk:     "a consumer with one thread for several queues waits longer on an empty one",
		Apply:    s.aws("sqs", "set-queue-attributes", "--queue-url "+s.queueURL(), fmt.Sprintf("--attributes ReceiveMessageWaitTimeSeconds=%d", longPoll)),
		Disproof: "as many empty receives in the week after: the consumer sets a wait of its own",
	}
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

// pollers are the functions that an event source mapping feeds from it.
func (s Subject) pollers() []*model.Function {
	var out []*model.Function
	for _, e := range s.Account.Out(s.Key().ID, model.EdgeFeeds) {
		if f := s.Account.Function(e.To); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// queueURL looks it up in the command that uses it.
func (s Subject) queueURL() string {
	return "\"$(" + s.aws("sqs", "get-queue-url", "--queue-name "+quote(s.Key().Name), "--query QueueUrl", "--output text") + ")\""
}

// adviseUnusedQueue names queues that nobody writes to.
func adviseUnusedQueue(s Subject) (model.Advice, bool) {
	_, ok := decoded[queueConfig](s)
	sent := s.Resource.Metric("NumberOfMessagesSent", "Sum").Sum
	held := s.Resource.Metric("ApproximateNumberOfMessagesVisible", "Maximum").Max
	catches := len(s.Account.In(s.Key().ID, model.EdgeDeadLetter)) > 0
	if !ok || sent > 0 || held > 0 || catches || !s.silenceCounts() {
		return model.Advice{}, false
	}
	return s.unusedAdvice("no message was sent", "sqs", "delete-queue", "--queue-url "+s.queueURL())
}

// silenceCounts: the window is long enough, enough of its metrics are there,
// and the resource was not made or changed lately.
func (s Subject) silenceCounts() bool {
	made, _ := decoded[struct {
		Created time.Time `json:"created"`
	}](s)
	since := s.Window.To.AddDate(0, 0, -unusedDays)
	settled := s.Resource.ChangedAt.Before(since) && made.Created.Before(since)
	return settled && s.days() >= unusedDays && s.Coverage.Metrics >= unusedCoverage
}

// unusedAdvice recommends to delete what nothing used in the window.
func (s Subject) unusedAdvice(fact, service, command string, args ...string) (model.Advice, bool) {
	return model.Advice{
		Title:  fmt.Sprintf("Delete it: nothing used it for %.0f days", s.days()),
		Saving: s.total(), Effects: []model.Effect{{Low: 1, Likely: 1, High: 1}},
		Evidence:   []string{fmt.Sprintf("%s in %.0f days, %s", fact, s.days(), s.span()), fmt.Sprintf("%.1f %% of the window's metrics are present", s.Coverage.Metrics*100)},
		Confidence: "B", Effort: "low",
		Risk:     "what is made for a rare event, or was made lately, would be missed",
		Apply:    s.aws(service, command, args...),
		Disproof: "any use, or a plan for one",
	}, true
}

// adviseUnreadDeadLetters warns of failed messages that nobody looks at until
// they expire.
func adviseUnreadDeadLetters(s Subject) (model.Advice, bool) {
	c, ok := decoded[queueConfig](s)
	id := s.Key().ID
	held := s.Resource.Metric("ApproximateNumberOfMessagesVisible", "Maximum")
	deleted := s.Resource.Metric("NumberOfMessagesDeleted", "Sum").Sum
	if !ok || len(s.Account.In(id, model.EdgeDeadLetter)) == 0 || len(s.Account.Out(id, model.EdgeFeeds)) > 0 ||
		held.Last < heldMessages || deleted > 0 {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:      "Read this dead-letter queue: failed messages expire in it unseen",
		Saving:     model.Exactly(zero),
		Evidence:   []string{fmt.Sprintf("%s messages at the end, none deleted, nothing consumes it, %s", thousands(int64(held.Last)), s.span()), fmt.Sprintf("they expire after %d days", c.RetentionSeconds/86400)},
		Confidence: "B", Effort: "low",
		Risk:     "what is sent back may fail again",
		Apply:    s.aws("sqs", "start-message-move-task", "--source-arn "+quote(string(id))),
		Disproof: "somebody who reads it by hand",
	}, true
}

// adviseNoDeadLetters warns where messages that fail are tried until they
// expire: each try is paid for, of queue and function.
func adviseNoDeadLetters(s Subject) (model.Advice, bool) {
	c, ok := decoded[queueConfig](s)
	if !ok || c.DeadLetter != "" || len(s.Account.In(s.Key().ID, model.EdgeDeadLetter)) > 0 {
		return model.Advice{}, false
	}
	for _, f := range s.pollers() {
		n, failed := f.Signals.Invocations, f.Signals.Errors
		if n < failingInvocations || float64(failed) < failingShare*float64(n) {
			continue
		}
		return model.Advice{
			Title:  "Add a dead-letter queue: what fails is tried until it expires",
			Saving: model.Exactly(zero),
			Evidence: []string{
				fmt.Sprintf("its consumer %s failed %s of %s times, %s", f.Key.Name, thousands(failed), thousands(n), s.span()),
				fmt.Sprintf("it keeps messages for %d days and has no redrive policy", c.RetentionSeconds/86400),
			},
			Confidence: "A", Effort: "low",
			Risk:     "the new queue must be watched and emptied by someone",
			Apply:    s.aws("sqs", "set-queue-attributes", "--queue-url "+s.queueURL(), "--attributes '{\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"ARN_OF_A_QUEUE\\\",\\\"maxReceiveCount\\\":\\\"5\\\"}\"}'"),
			Disproof: "a consumer that keeps failed messages itself",
		}, true
	}
	return model.Advice{}, false
}
