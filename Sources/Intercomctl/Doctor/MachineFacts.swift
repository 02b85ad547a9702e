internal import Config
internal import Files
internal import HAL

/// Free space and rights of the state directory.
struct DiskFacts {
    var path: String
    var space: DiskSpace?
    /// The error if the directory could not be examined.
    var fault: SystemError?
    /// Whether a damaged file of volumes and mutes was set aside.
    var hasBadState = false

    private static let little: UInt64 = 16 << 20
    private static let nothing: UInt64 = 64 << 10

    func report(to found: inout Diagnosis) {
        guard let space else {
            guard fault?.errno != SystemError.noPermission else {
                return found.add(
                    .ok, "\(path) is not for this user", fix: "sudo intercomctl doctor disk")
            }
            return found.add(
                .warn, "there is no \(path)", fix: "sudo systemd-tmpfiles --create intercomd.conf")
        }
        guard !space.isReadOnly else {
            return found.add(
                .warn, "\(path) is read-only: new peers and keys cannot be kept",
                fix: "sudo mount -o remount,rw \(path), or another `state` in [paths]")
        }
        let free = "\(space.freeBytes >> 20) MB free at \(path)"
        let cleanUp = "sudo du -xh / | sort -h | tail"
        guard space.freeBytes >= Self.nothing else {
            return found.add(.fail, "full: \(free)", fix: cleanUp)
        }
        if hasBadState {
            found.add(
                .warn, "a damaged file was set aside as \(path)/state.bad",
                fix: "look at the disk, then sudo rm \(path)/state.bad")
        }
        if space.freeBytes < Self.little { return found.add(.warn, free, fix: cleanUp) }
        // A power cut takes along what no disk holds.
        let loss = "after a restart of the machine this station has another key, and no peers"
        let move = "another `state` in [paths], on a disk that is written"
        switch space.kind {
        case .lasting: found.add(.ok, free)
        case .memory: found.add(.warn, "\(path) is in memory: \(loss)", fix: move)
        case .overlay:
            found.add(
                .warn, "\(path) is on an overlay: if that is in memory (a read-only root), \(loss)",
                fix: move)
        }
    }
}

extension DiskFacts {
    init(_ situation: Situation) {
        self.init(path: situation.paths.state)
        do throws(SystemError) {
            space = try DiskSpace(at: path)
        } catch { fault = error }
        hasBadState = (try? situation.paths.directory.status(of: "state.bad")) != nil
    }
}

/// Tells whether the daemon's program and its libraries do on this machine what was tested
/// elsewhere.
///
/// - Parameters:
///   - program: The program; nil where it is unknown.
///   - run: Runs its self-test.
///   - found: Where it is told.
func reportSelfTest(
    of program: String?, _ run: (String) -> SystemProgram.Outcome, to found: inout Diagnosis
) {
    guard let program else {
        return found.add(
            .warn, "not looked at: /proc does not tell where intercomctl is",
            fix: "intercomd --self-test")
    }
    switch run(program) {
    case .ended(0): found.add(.ok, "program and libraries do here what they must")
    case .ended(let status):
        found.add(
            .fail, "\(program) fails on this machine (status \(status))",
            fix: "\(program) --self-test")
    case .notStarted(let error):
        found.add(
            .warn, "not looked at: \(error)",
            fix: "install intercomd and intercomctl in one folder")
    case .hung:
        found.add(
            .fail, "the self-test of \(program) does not end", fix: "\(program) --self-test")
    }
}
