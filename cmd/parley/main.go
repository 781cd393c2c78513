// Command parley works with message databases from a terminal and from cron.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	if err := newRootCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "parley:", err)
		os.Exit(1)
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "parley",
		Short:         "Reports on the conversations in a message database",
		SilenceUsage:  true,
		SilenceErrors: true,
		// An error is one line.
		DisableSuggestions: true,
	}
	root.AddCommand(newCheckCommand(), newDemoDataCommand(), newQueryCommand())
	return root
}
