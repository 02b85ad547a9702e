internal import Config
internal import HAL

/// Room and rights where the station keeps what it must not lose.
struct DiskFacts {
    var path: String
    var space: DiskSpace?
    /// Why there is nothing to be said of it.
    var fault: SystemError?

    private static let little: UInt64 = 16 << 20
    private static let nothing: UInt64 = 64 << 10

    init(path: String, space: DiskSpace?, fault: SystemError? = nil) {
        self.path = path
        self.space = space
        self.fault = fault
    }

    init(_ situation: Situation) {
        path = situation.paths.state
        do throws(SystemError) {
            space = try DiskSpace(at: path)
        } catch { fault = error }
    }

    var checks: [Check] {
        guard let space else {
            let isHidden = fault?.errno == SystemError.noPermission
            return isHidden
                ? [
                    .ok(
                        .disk, "\(path) is not for this user",
                        advice: "sudo intercomctl doctor disk")
                ]
                : [
                    .warn(
                        .disk, "there is no \(path)",
                        fix: "sudo systemd-tmpfiles --create intercomd.conf")
                ]
        }
        if space.isReadOnly {
            return [
                .warn(
                    .disk, "\(path) is read-only: new peers and keys cannot be kept",
                    fix: "sudo mount -o remount,rw \(path), or another `state` in [paths]")
            ]
        }
        let free = "\(space.freeBytes >> 20) MB free at \(path)"
        let fix = "sudo du -xh / | sort -h | tail"
        if space.freeBytes < Self.nothing { return [.fail(.disk, "full: \(free)", fix: fix)] }
        if space.freeBytes < Self.little { return [.warn(.disk, "\(free)", fix: fix)] }
        return [.ok(.disk, free)]
    }
}
