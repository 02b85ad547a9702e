internal import Config
internal import HAL
package import Report
package import Time

/// What a person has set, between memory and the file `state` of the state directory.
///
/// Written some seconds after the last change, for a knob that is turned is many changes; whole or
/// not at all. Nothing here ends the program, and nothing waits for the disk.
package struct StateKeeper {
    private static let rest = Duration.seconds(3)
    /// Somebody who turns a knob for minutes is written all the same.
    private static let restMax = Duration.seconds(30)
    private static let retry = Duration.seconds(30)
    private static let sizeMax = 64 * 1024

    package private(set) var state = SavedState()
    private let path: String
    /// Why it cannot be written; nil when it can.
    package private(set) var problem: Fault?
    private var due: Instant?
    private var changedSince: Instant?
    private var work: DiskWork?

    package init(in folder: String) { path = "\(folder)/\(Paths.savedStateName)" }

    /// Reads what was set before; returns what was wrong with the file.
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

    /// Takes over what a person wants; returns the event that tells of it, or nil where it was so
    /// before.
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

    /// Writes what is due; returns what is new about the file.
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

    /// Writes what has changed, now, and waits for the disk so long at most.
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
            // What has changed meanwhile is written then, too.
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

/// Work that is asked of a disk, and that a worn one holds up.
typealias DiskWork = Background<Result<Void, SystemError>>

/// A disk that takes long.
package let diskLateness = Fault(
    "file", "the disk has not answered for 5 s", fix: "a worn SD card does that: use another one")

/// A disk that takes long to write a file.
func lateness(ofDiskWith path: String) -> Fault {
    Fault("file", "write \(path): \(diskLateness.text)", fix: diskLateness.fix)
}

extension Fault {
    /// A file that cannot be used.
    init(_ error: SystemError) { self.init("file", error.finding, fix: error.fix) }

    /// The line of the journal on what cannot be written, and waits.
    func sentence(ofWaiting what: String) -> String {
        Fault(code, of: what, "\(text); kept in memory, and tried again", fix: fix).sentence
    }
}
