internal import Crypto
package import Options
internal import Posix

extension Plan {
    /// What stands for all that may decide whether a release can be deployed: where it is another one, a commit that was put
    /// off is tried again.
    ///
    /// Besides the parameters, these are the programs that they name, which a new image may have brought. Passwords in URLs
    /// are left out.
    package var fingerprint: String {
        var lines: [String] = []
        for row in OptionTable.all where row.topic == .releases || row.topic == .application {
            lines.append("\(row.name)=\(redacted(row.text(in: settings)))")
        }
        for program in programs {
            let file = Command(program, environment: .withoutSecrets).executableFile
            lines.append("\(program) is \(file ?? "not there")")
        }
        return String(Hexadecimal.text(SHA256.hash(Array(lines.joined(separator: "\n").utf8))).prefix(32))
    }

    /// The programs that parameters name, as they are written there.
    package var programs: [String] {
        let commands = [
            settings.prepareCommand, settings.validateCommand, settings.trialCommand, settings.healthCommand,
        ]
        let actions = settings.onChange.compactMap { rule in
            if case .run(let path) = rule.action { path.text } else { nil }
        }
        return commands.compactMap { $0?.program } + actions
    }
}
