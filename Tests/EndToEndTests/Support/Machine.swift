import TestSupport

/// Whether the tests run as root, who may give files away and make namespaces.
let isRoot = (try? runProgram(["id", "-u"]).output) == "0"

/// Whether a sidecar can be made the first process of a namespace here.
let canIsolate = (try? runProgram(["unshare", "--pid", "--fork", "--mount-proc", "true"]).status) == 0
