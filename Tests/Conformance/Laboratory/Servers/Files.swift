internal import TestSupport

/// Repositories on this machine.
let fileConfigurations: [Configuration] = [
    Configuration(.files, "`file://`", isQuick: true) { site in Running { "file://\(site.served)/\($0).git" } },
    Configuration(.files, "a path") { site in Running { "\(site.served)/\($0).git" } },
    Configuration(.files, "a path, objects in another repository (alternates)") { site in
        let objects = site.fixture.path + "/objects"
        let alternate = site.directory + "/alternate"
        try runProgram([
            "sh", "-c", #"mv "$1" "$2" && mkdir -p "$1/info" "$1/pack" && echo "$2" > "$1/info/alternates""#, "sh",
            objects, alternate,
        ]).succeeded()
        return Running { "\(site.served)/\($0).git" }
    },
]
