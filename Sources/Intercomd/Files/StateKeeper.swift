internal import Control
internal import HAL
internal import Time

/// What a person has set, between memory and the file `state` of the state directory.
///
/// Written some seconds after the last change, for a knob that is turned is many changes; whole or
/// not at all. Nothing here ends the program.
struct StateKeeper {
    enum Notice: Equatable {
        /// The file was not as it was written, and has another name now.
        case damaged(String)
        case failed(String)
        case writtenAgain
    }

    private static let rest = Duration.seconds(3)
    /// Somebody who turns a knob for minutes is written all the same.
    private static let restMax = Duration.seconds(30)
    private static let retry = Duration.seconds(30)
    private static let sizeMax = 64 * 1024

    private(set) var state = SavedState()
    private let path: String
    /// Why it cannot be written; nil when it can.
    private(set) var problem: String?
    private var due: Instant?
    private var changedSince: Instant?

    init(in folder: String) { path = "\(folder)/state" }

    var deadline: Instant? { due }

    /// Reads what was set before.
    mutating func begin(_ tell: (Notice) -> Void) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileStore.read(path, limit: Self.sizeMax)
        } catch {
            guard error.errno != SystemError.noSuchFile else { return }
            return setAside(error.description, tell)
        }
        guard let read = SavedState(parsing: bytes) else {
            return setAside("it is not as it was written", tell)
        }
        state = read
    }

    private func setAside(_ reason: String, _ tell: (Notice) -> Void) {
        try? FileStore.rename(path, to: "\(path).bad")
        tell(.damaged("\(path): \(reason); volumes, mutes and do-not-disturb begin anew"))
    }

    /// Takes over a change; returns whether it was one.
    mutating func change(at now: Instant, _ body: (inout SavedState) -> Void) -> Bool {
        var changed = state
        body(&changed)
        guard changed != state else { return false }
        state = changed
        let since = changedSince ?? now
        changedSince = since
        due = min(now + Self.rest, since + Self.restMax)
        return true
    }

    mutating func tick(at now: Instant, _ tell: (Notice) -> Void) {
        guard let due, now >= due else { return }
        write(at: now, tell)
    }

    /// Writes what has changed, now.
    mutating func write(at now: Instant, _ tell: (Notice) -> Void) {
        guard due != nil else { return }
        do throws(SystemError) {
            try FileStore.write(state.line.span, to: path, mode: 0o600)
        } catch {
            due = now + Self.retry
            if problem == nil { tell(.failed(error.description)) }
            problem = error.description
            return
        }
        due = nil
        changedSince = nil
        if problem != nil { tell(.writtenAgain) }
        problem = nil
    }
}
