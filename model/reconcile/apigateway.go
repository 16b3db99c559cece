package reconcile

import "strings"

var _ = register(service{
	name:     "apigateway",
	products: []string{"AmazonApiGateway", "Amazon API Gateway"},
	dimension: func(usage, _ string) string {
		switch usage {
		case "apigatewayrequest":
			return "rest-requests"
		case "apigatewayhttprequest", "apigatewayhttpapi":
			return "http-requests"
		case "apigatewaymessage":
			return "websocket-messages"
		case "apigatewayminute":
			return "websocket-connection-minutes"
		}
		if size, ok := strings.CutPrefix(usage, "apigatewaycacheusage:"); ok {
			return "rest-cache-" + strings.TrimSuffix(size, "gb") + "GB"
		}
		return ""
	},
})
