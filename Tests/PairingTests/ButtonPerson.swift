import Testing
import Time

@testable import Peering

/// A person at the talk button of a station, in virtual time.
final class ButtonPerson {
    var core = ButtonPairing()
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// All that was said, and all else that was to be done.
    var said: [SpokenWord] = []
    var steps: [ButtonPairing.Step] = []

    init(isAllowed: Bool = true) {
        core.allow(isAllowed)
        core.turn(isDown: false, at: now)
    }

    /// Lets time pass, as the daemon does; words end at once.
    func wait(_ duration: Duration, speaks: Bool = true) {
        let end = now + duration
        while true {
            follow(speaks: speaks)
            guard let due = core.deadline, due <= end else { break }
            now = max(now, due)
            core.tick(at: now)
        }
        now = end
    }

    func follow(speaks: Bool = true) {
        while let step = core.nextStep() {
            guard case .say(let words) = step else {
                steps.append(step)
                continue
            }
            said += words
            if speaks { core.spoken(at: now) }
        }
    }

    func down() { core.turn(isDown: true, at: now) }
    func up() { core.turn(isDown: false, at: now) }

    func press(_ held: Duration = .milliseconds(100)) {
        down()
        wait(held)
        up()
        wait(.milliseconds(100))
    }

    /// Types digits, ten presses for 0.
    func type(_ digits: [Int]) {
        for digit in digits {
            for _ in 0..<(digit == 0 ? 10 : digit) { press() }
            wait(.milliseconds(1_600))
        }
    }

    /// Holds the button until a window opens, and lets it go: what was said until then.
    @discardableResult
    func open(_ digits: String) throws -> [SpokenWord] {
        down()
        wait(.seconds(5))
        #expect(take() == [.open])
        core.opened(try PairingCode(typed: digits))
        wait(.milliseconds(500))
        up()
        wait(.milliseconds(100))
        return takeSaid()
    }

    func take() -> [ButtonPairing.Step] {
        defer { steps = [] }
        return steps
    }

    /// Expects what was said and done since the last time.
    func expect(
        _ said: [SpokenWord] = [], _ steps: [ButtonPairing.Step] = [],
        at place: SourceLocation = #_sourceLocation
    ) {
        #expect(takeSaid() == said, sourceLocation: place)
        #expect(take() == steps, sourceLocation: place)
    }

    /// Expects that this alone was said after so long.
    func says(
        _ said: [SpokenWord], after duration: Duration, at place: SourceLocation = #_sourceLocation
    ) {
        wait(duration)
        #expect(takeSaid() == said, sourceLocation: place)
    }

    func takeSaid() -> [SpokenWord] {
        defer { said = [] }
        return said
    }
}
