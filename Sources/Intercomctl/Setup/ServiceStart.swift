internal import Files
internal import HAL

/// The service, started by systemd, as `setup` does it for the person.
enum ServiceStart {
    private static let program = "/usr/bin/systemctl"
    private static let unitFolder = "/etc/systemd/system"

    /// Whether systemd runs this machine, has the unit, which reads `folder`, and would obey.
    static func isPossible(for folder: String) -> Bool {
        let unit = UnitFacts()
        guard unit.hasSystemd, unit.path != nil, folder == ConfigFolder.standard else {
            return false
        }
        return (try? FileStore.mayWrite(in: unitFolder)) == true
    }

    /// Starts it, now and at each boot; returns what has failed.
    static func failure() -> String? {
        SystemProgram.failure(
            program, ["--quiet", "enable", "--now", "intercomd"],
            called: "systemctl enable --now intercomd")
    }
}
