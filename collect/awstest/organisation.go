package awstest

// The calls that tell which accounts and regions there are.
var (
	_ = simulate(simulated{
		name: "organizations", signing: "organizations", iam: "organizations", protocol: protocolJSON11,
		handlers: map[string]func(*Server, *call) (reply, *apiError){"ListAccounts": (*Server).listAccounts},
		things:   func(window) []*thing { return nil },
	})
	_ = simulate(simulated{
		name: "account", signing: "account", iam: "account", protocol: protocolRESTful,
		operation: func(*call) string { return "ListRegions" },
		handlers:  map[string]func(*Server, *call) (reply, *apiError){"ListRegions": (*Server).listRegions},
		things:    func(window) []*thing { return nil },
	})
)

// MemberAccount is another account of the simulated organisation.
const MemberAccount = "210987654321"

func (s *Server) listAccounts(c *call) (reply, *apiError) {
	var in struct{ NextToken string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	accounts := []map[string]any{
		{"Id": AccountID, "Name": "main", "Status": "ACTIVE", "State": "ACTIVE"},
		{"Id": MemberAccount, "Name": "member", "Status": "ACTIVE", "State": "ACTIVE"},
		{"Id": "333333333333", "Name": "closed", "Status": "SUSPENDED", "State": "SUSPENDED"},
		{"Id": DeniedAccount, "Name": "closed to us", "Status": "ACTIVE", "State": "ACTIVE"},
	}
	list, next, err := page(accounts, in.NextToken, 3)
	if err != nil {
		return reply{}, err
	}
	out := map[string]any{"Accounts": list}
	if next != "" {
		out["NextToken"] = next
	}
	return jsonReply(out)
}

func (s *Server) listRegions(c *call) (reply, *apiError) {
	var regions []map[string]any
	for _, name := range append(Regions(), "ap-southeast-2") {
		regions = append(regions, map[string]any{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"})
	}
	return jsonReply(map[string]any{"Regions": regions})
}
