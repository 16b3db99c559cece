package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
)

// newHelpUsageFile lists the services and fields of usage files from the
// registry that reads them, so that the two cannot differ.
func newHelpUsageFile(a *app) *cobra.Command {
	return topic("usage-file", "What a usage file may say, by service", usageFileIntro+usageFileServices())(a)
}

const usageFileIntro = `A usage file says in YAML or JSON what is used in a month. "breakeven estimate"
prices it, "breakeven compare --usage" sets its functions against servers.

  region: us-east-1        # default of every resource
  free_tier: false         # true: the always-free monthly allowances, once
  hours_in_month: 730
  resources:
    - name: orders
      service: sqs
      queue_type: fifo
      requests: 3000000
      request_kb: 12

Every resource takes name, service and region besides the fields below. A
quantity that is left out is 0, or what stands here behind "="; a choice is the
first one named. Sizes (_kb) are those of one request or message: each is
rounded up to what AWS meters. KB and GB are 2^10 and 2^30 bytes.
`

// usageFileServices lists each service with its fields.
func usageFileServices() string {
	var b strings.Builder
	for _, name := range model.ServiceNames() {
		s, _ := model.ServiceNamed(name)
		var fields []string
		for _, f := range s.Fields {
			fields = append(fields, usageField(f))
		}
		fmt.Fprintf(&b, "\n%s\n%s", name, indented(strings.Join(fields, ", ")))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// indented breaks text into lines of a help page, two columns in.
func indented(text string) string {
	const width = 78
	var b strings.Builder
	line := " "
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = " "
		}
		line += " " + word
	}
	return b.String() + line + "\n"
}

// usageField is a field with its default, choices or members.
func usageField(f model.Field) string {
	switch f.Kind {
	case model.Choice:
		return f.Name + " (" + strings.Join(f.Choices, " | ") + ")"
	case model.Group:
		var names []string
		for _, m := range f.Fields {
			names = append(names, m.Name)
		}
		return f.Name + " {" + strings.Join(names, ", ") + "}"
	case model.Flag:
		return f.Name + "=" + fmt.Sprint(f.Default == "true")
	case model.Text:
		if f.Required {
			return f.Name + " (needed)"
		}
		return f.Name + " (text)"
	}
	if f.Default != "" {
		return f.Name + "=" + f.Default
	}
	return f.Name
}
