internal import Config
internal import Files
internal import HAL

/// Free space and rights of the state directory.
struct DiskFacts {
    var path: String
    var space: DiskSpace?
    /// The error if the directory could not be examined.
    var fault: SystemError?
    /// Names of the files with damaged parts that were set aside.
    var setAside: [String] = []

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
        let state = situation.paths.directory
        setAside = ["history.bad", "state.bad"].filter { (try? state.status(of: $0)) != nil }
    }

    /// Damaged parts stay until somebody removes them.
    private var damage: [Check] {
        setAside.map { name in
            .warn(
                .disk, "damaged parts were set aside in \(path)/\(name)",
                fix: "look at the disk, then sudo rm \(path)/\(name)")
        }
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
        if space.freeBytes < Self.little { return damage + [.warn(.disk, "\(free)", fix: fix)] }
        return damage + [loss(space.kind) ?? .ok(.disk, free)]
    }

    /// What a power cut takes along; nil where it takes nothing.
    private func loss(_ kind: DiskSpace.Kind) -> Check? {
        let fix = "another `state` in [paths], on a disk that is written"
        switch kind {
        case .lasting: return nil
        case .memory:
            return .warn(
                .disk,
                "\(path) is in memory: after a restart of the machine this station has another "
                    + "key, and no peers", fix: fix)
        case .overlay:
            return .warn(
                .disk,
                "\(path) is on an overlay: if that is in memory (a read-only root), after a "
                    + "restart of the machine this station has another key, and no peers", fix: fix)
        }
    }
}
