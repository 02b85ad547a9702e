internal import Config
internal import HAL
package import Report
package import Time

/// The state that people have set, between memory and the file `state` of the state directory.
///
/// It is written some seconds after the last change, because turning a knob makes many changes;
/// whole or not at all. Nothing here ends the program, and nothing waits for the disk.
package struct StateKeeper {
    private static let rest = Duration.seconds(3)
    /// The most delay, so that a knob that turns for minutes is written, too.
    private static let restMax = Duration.seconds(30)
    private static let retry = Duration.seconds(30)
    private static let sizeMax = 64 * 1024

    package private(set) var state = SavedState()
    private let path: String
    /// Why the file cannot be written; nil when it can.
    package private(set) var problem: Fault?
    private var due: Instant?
    private var changedSince: Instant?
    private var work: DiskWork?

    package init(in folder: String) { path = "\(folder)/\(Paths.savedStateName)" }

    /// Reads the former state; returns the fault of the file.
    package mutating func begin() -> String? {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileStore.read(path, limit: Self.sizeMax)
        } catch {
            return error.errno == SystemError.noSuchFile ? nil : setAside(error.description)
        }
        guard let read = SavedState(parsing: bytes.span) else {
            return setAside("it is damaged")
        }
        state = read
        return nil
    }

    private func setAside(_ reason: String) -> String {
        try? FileStore.rename(path, to: "\(path).bad")
        return "\(path): \(reason); volumes, mutes and do-not-disturb begin anew"
    }

    /// Takes over a person's request; returns its event, or nil where nothing changed.
    ///
    /// `names` are the peers and channels of the settings, `milliseconds` the time since 1970.
    package mutating func apply(
        _ request: StateRequest, among names: [String], at now: Instant, milliseconds: Int
    ) throws(SavedState.UnknownName) -> Event? {
        let change = try state.apply(request, among: names, at: milliseconds)
        guard let change else { return nil }
        let since = changedSince ?? now
        changedSince = since
        due = min(now + Self.rest, since + Self.restMax)
        return change
    }

    /// Writes due changes; returns news of the file.
    package mutating func tick(at now: Instant) -> String? {
        if let work {
            guard let result = work.take() else {
                return work.isLate(at: now) ? failed(lateness(ofDiskWith: path)) : nil
            }
            self.work = nil
            return finished(result, at: now)
        }
        guard let due, now >= due else { return nil }
        self.due = nil
        changedSince = nil
        work = DiskWork { [path, line = state.encoded] in
            Result { () throws(SystemError) in
                try FileStore.write(line.span, to: path, mode: 0o600)
            }
        }
        return nil
    }

    /// Writes changes now, and waits for the disk within a limit.
    package mutating func close(at now: Instant, within limit: Duration) -> String? {
        let end = Clock.now() + limit
        if let result = work?.take(within: limit) {
            work = nil
            _ = finished(result, at: now)
        }
        guard work == nil, due != nil else { return nil }
        due = now
        _ = tick(at: now)
        guard let result = work?.take(within: end - Clock.now()) else {
            return failed(lateness(ofDiskWith: path))
        }
        work = nil
        return finished(result, at: now)
    }

    private mutating func finished(
        _ result: Result<Void, SystemError>, at now: Instant
    ) -> String? {
        if case .failure(let error) = result {
            // Later changes are written then, too.
            due = now + Self.retry
            return failed(Fault(error))
        }
        defer { problem = nil }
        return problem == nil ? nil : "state: written again"
    }

    private mutating func failed(_ reason: Fault) -> String? {
        defer { problem = reason }
        return problem == nil ? reason.sentence(ofWaiting: "state") : nil
    }
}

/// A task of the disk, which a worn disk delays.
typealias DiskWork = Background<Result<Void, SystemError>>

/// The fault of a slow disk.
package let diskLateness = Fault(
    "file", "the disk has not answered for 5 s", fix: "a worn SD card does that: use another one")

/// The fault of a disk that is slow to write a file.
func lateness(ofDiskWith path: String) -> Fault {
    Fault("file", "write \(path): \(diskLateness.text)", fix: diskLateness.fix)
}

extension Fault {
    /// The fault of an unusable file.
    init(_ error: SystemError) { self.init("file", error.finding, fix: error.fix) }

    /// Returns the line of the journal on data that cannot be written, and waits.
    func sentence(ofWaiting what: String) -> String {
        Fault(code, of: what, "\(text); kept in memory, and tried again", fix: fix).sentence
    }
}
