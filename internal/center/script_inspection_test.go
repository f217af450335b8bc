package center_test

import (
	"fmt"
	"strings"

	"ccgateway/internal/center"
)

// inspectionLine reads "inspection Quiet Inspectors Relations=1>2,1>3": which of them stand there is what holds.
func inspectionLine(c *center.Config, args []string) error {
	c.Inspection = center.Inspection{}
	for _, arg := range args {
		relations, ok := strings.CutPrefix(arg, "Relations=")
		switch {
		case ok:
			for one := range strings.SplitSeq(relations, ",") {
				var inspectors, agents int
				if _, err := fmt.Sscanf(one, "%d>%d", &inspectors, &agents); err != nil {
					return fmt.Errorf("%s: %w", arg, err)
				}
				c.Inspection.Relations = append(c.Inspection.Relations, center.QCRelation{Inspectors: inspectors, Agents: []int{agents}})
			}
		case arg == "Quiet":
			c.Inspection.Quiet = true
		case arg == "Inspectors":
			c.Inspection.Inspectors = true
		default:
			return fmt.Errorf("what is %q?", arg)
		}
	}
	return nil
}
