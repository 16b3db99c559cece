package reconcile

var _ = register(service{
	name:     "sns",
	products: []string{"AmazonSNS", "Amazon Simple Notification Service"},
	dimension: exactly(map[string]string{
		"requests-tier1": "standard-publish", "deliveryattempts-http": "delivery-http", "deliveryattempts-smtp": "delivery-email",
		"deliveryattempts-sqs": "delivery-sqs", "deliveryattempts-lambda": "delivery-lambda", "deliveryattempts-firehose": "delivery-firehose",
		"deliveryattempts-apns": "delivery-mobile-push", "deliveryattempts-gcm": "delivery-mobile-push", "deliveryattempts-adm": "delivery-mobile-push",
		"f-request-tier1": "fifo-publish-requests", "f-ingress-tier1": "fifo-publish-payload",
		"f-da-sqs": "fifo-delivery", "f-egress-sqs": "fifo-delivery-payload", "messagefiltering-bytes": "payload-filtering",
	}),
})
