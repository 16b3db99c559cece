package model

var _ = register(Service{
	Name:   "nat_gateway",
	Fields: []Field{{Name: "hours", Default: HoursInMonth}, {Name: "processed_gb"}},
	Bill:   billNATGateway,
})

// billNATGateway follows the Amazon VPC pricing page. What leaves for the
// internet is charged as data transfer on top.
func billNATGateway(l *Lines, v Values) {
	l.Add(amazonEC2, "nat-gateway-hour", v.Number("hours"))
	l.Add(amazonEC2, "nat-gateway-data", v.Number("processed_gb"))
}
