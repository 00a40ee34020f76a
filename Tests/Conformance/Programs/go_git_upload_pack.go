// Serves one fetch from a repository by go-git, on standard input and output: what sshd runs in place of git-upload-pack.
package main

import (
	"fmt"
	"os"

	"github.com/go-git/go-git/v5/plumbing/transport/file"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go_git_upload_pack REPOSITORY")
		os.Exit(2)
	}
	if err := file.ServeUploadPack(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "fatal:", err)
		os.Exit(1)
	}
}
