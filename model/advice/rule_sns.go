package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// failedShare of notifications that could not be delivered is worth a
	// word, and failedNotifications the least number: as with functions.
	failedShare, failedNotifications = 0.05, 100
)

// topicConfig is what the collector keeps of a topic.
type topicConfig struct {
	FIFO          bool           `json:"fifo"`
	Subscriptions map[string]int `json:"subscriptions"` // by protocol
	Pending       int            `json:"pending"`
	More          bool           `json:"more"` // than were read
}

var (
	_ = register(Rule{Name: "sns-no-subscriber", Service: "sns", Advise: adviseNoSubscriber})
	_ = register(Rule{Name: "sns-failing", Service: "sns", Advise: adviseFailingTopic})
	_ = register(Rule{Name: "sns-unused", Service: "sns", Advise: adviseUnusedTopic})
)

// adviseNoSubscriber names topics that are published to and that nobody gets
// anything of.
func adviseNoSubscriber(s Subject) (model.Advice, bool) {
	c, ok := decoded[topicConfig](s)
	n := s.metric("NumberOfMessagesPublished")
	if !ok || n <= 0 || len(c.Subscriptions) > 0 || c.More || s.metric("NumberOfNotificationsDelivered") > 0 || !s.silenceCounts() {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:  "Stop publishing: nobody is subscribed",
		Saving: s.total(), Effects: []model.Effect{{Low: 1, Likely: 1, High: 1}},
		Evidence:   []string{fmt.Sprintf("%s messages published, none delivered, no confirmed subscription (%d pending), %s", thousands(int64(n)), c.Pending, s.span())},
		Confidence: "A", Effort: "medium",
		Risk:     "a subscriber may be about to come: ask the publisher",
		Apply:    s.aws("sns", "list-subscriptions-by-topic", "--topic-arn "+quote(string(s.Key().ID))),
		Disproof: "a subscription",
	}, true
}

// adviseFailingTopic warns of notifications that are lost: after its retries
// SNS drops what it cannot deliver, unless the subscription has a dead-letter
// queue (Amazon SNS Developer Guide, "Message delivery retries").
func adviseFailingTopic(s Subject) (model.Advice, bool) {
	_, ok := decoded[topicConfig](s)
	failed, delivered := s.metric("NumberOfNotificationsFailed"), s.metric("NumberOfNotificationsDelivered")
	kept := s.metric("NumberOfNotificationsRedrivenToDlq")
	lost := failed - kept
	if !ok || lost < failedNotifications || lost < failedShare*(failed+delivered) {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:  fmt.Sprintf("Keep what cannot be delivered: %.1f %% of notifications are lost", 100*lost/(failed+delivered)),
		Saving: model.Exactly(zero),
		Evidence: []string{
			fmt.Sprintf("%s of %s notifications failed, %s of them went to a dead-letter queue, %s", thousands(int64(failed)), thousands(int64(failed+delivered)), thousands(int64(kept)), s.span()),
		},
		Confidence: "A", Effort: "low",
		Risk:     "the queue must be watched and emptied by someone",
		Apply:    s.aws("sns", "set-subscription-attributes", "--subscription-arn SUBSCRIPTION", "--attribute-name RedrivePolicy", "--attribute-value '{\"deadLetterTargetArn\":\"ARN_OF_A_QUEUE\"}'"),
		Disproof: "subscribers that are meant to be unreachable",
	}, true
}

// adviseUnusedTopic names topics that nobody publishes to.
func adviseUnusedTopic(s Subject) (model.Advice, bool) {
	_, ok := decoded[topicConfig](s)
	if !ok || s.metric("NumberOfMessagesPublished") > 0 || s.metric("NumberOfNotificationsDelivered") > 0 || !s.silenceCounts() {
		return model.Advice{}, false
	}
	return s.unusedAdvice("no message was published", "sns", "delete-topic", "--topic-arn "+quote(string(s.Key().ID)))
}
