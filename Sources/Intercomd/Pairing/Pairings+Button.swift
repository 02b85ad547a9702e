internal import Control
internal import Peering
internal import Presentation
internal import Time

/// What a person without a screen does by the talk button (`ButtonPairing`).
///
/// The button is the one that asked where a job has no caller.
extension Pairings {
    /// Whether a window opens for six digits.
    enum Opening: ~Copyable {
        case open(PairingCode)
        /// Not now: a pairing is under way, or codes rest after wrong ones.
        case later
        case failed(String)
    }

    /// Opens a window for six digits.
    mutating func open(
        by asker: Asker, on ground: PairingGround, at now: Instant
    ) -> Opening {
        guard !isBusy else { return .later }
        let code = PairingCode.randomDigits()
        do throws(ControlError) {
            _ = try open(
                code.copy(), for: PairingJob(caller: nil, asker: asker, name: nil), on: ground,
                at: now)
        } catch {
            return error.code == .busy ? .later : .failed(error.text)
        }
        return .open(code)
    }

    /// Tries digits at the station that shows a code.
    ///
    /// - Returns: Why not; nil where the outcome comes later.
    mutating func enter(
        _ digits: String, by asker: Asker, on ground: PairingGround, at now: Instant
    ) -> ControlError? {
        guard !isBusy else {
            return ControlError(.busy, "a pairing is under way")
        }
        let job = PairingJob(caller: nil, asker: asker, name: nil)
        guard case .refused(let error)? = enter(digits, for: job, on: ground, at: now) else {
            return nil
        }
        return error
    }
}
