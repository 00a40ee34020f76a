import Options

/// Prints the files that are made from the table of parameters; `scripts/regenerate` puts them in their places.
@main
struct Regenerate {
    static func main() {
        guard let path = CommandLine.arguments.dropFirst().first else {
            for file in GeneratedFile.all { print(file.path) }
            return
        }
        for file in GeneratedFile.all where file.path == path { print(file.content(), terminator: "") }
        if path == "--image-environment" { print(imageEnvironment(), terminator: "") }
    }
}
