/// What the program is called and which version it is.
public enum Product {
    /// The name of the program.
    public static let name = "git-sidecar"
    /// The version: the one place where it is written (scripts/version).
    public static let version = "0.1.0"
    /// Where the units of systemd have their roots.
    public static let stateDirectory = "/var/lib/git-sidecar"
}
