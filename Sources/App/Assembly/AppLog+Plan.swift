package import Options
internal import Posix
package import Reload

extension AppLog {
    /// Where a plan says that the application logs; nil when it says nothing.
    package convenience init?(_ plan: Plan) {
        switch plan.settings.appLog {
        case nil: return nil
        case .file(let path): self.init(.file(path.text), environment: .withoutSecrets)
        case .unit(let name): self.init(.unit(name), environment: .withoutSecrets)
        }
    }
}
