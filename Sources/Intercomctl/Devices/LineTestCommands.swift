internal import Config
internal import Files
internal import HAL
internal import Report
internal import Time

/// `test button [NAME]`: waits for a press and a release, and says how clean they are.
func testButton(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let config = try readConfigOrDefaults(invocation)
    let buttons = config.buttons.filter { !$0.isVoiceOperated }
    let button = try chosen(invocation, among: buttons, kind: "button") { $0.name }
    let patience = Duration.seconds(invocation.timeout ?? 20)
    let trial: PressTrial
    do throws(GPIOError) {
        // Several programs may read an input device, so the daemon is not in the way.
        let line = try InputLine(button, consumer: "intercomctl test")
        trial = try watch(line, button, patience, invocation)
    } catch {
        guard case .busy = error.reason, isRunning(invocation) else {
            throw Failure(error.description.visible)
        }
        return try watchThroughDaemon(button, patience, invocation)
    }
    return try report(on: trial, button).print(invocation)
}

/// `test led [NAME]`: five blinks; only the person can tell whether it is seen.
func testLamp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let lamps = try readConfigOrDefaults(invocation).lamps
    let lamp = try chosen(invocation, among: lamps, kind: "lamp") { $0.name }
    do throws(GPIOError) {
        let line = try OutputLine(
            name: lamp.line, activeLow: lamp.isActiveLow, consumer: "intercomctl test")
        try? printProgress("blinking \(lamp.name) on \(lamp.line) five times", invocation)
        for _ in 0..<5 {
            try line.set(true)
            Clock.sleep(.milliseconds(300))
            try line.set(false)
            Clock.sleep(.milliseconds(300))
        }
    } catch {
        guard case .busy(let holder) = error.reason, holder.hasPrefix("intercomd") else {
            throw Failure(error.description.visible)
        }
        throw Failure("\(lamp.line): \(daemonHasIt)")
    }
    let turned = lamp.isActiveLow ? "high" : "low"
    return try TrialReport(
        test: "led", device: lamp.line, verdict: .done,
        text: "blinked; if you did not see it: check the line, the resistor and which way round the"
            + " LED is, or set active = \(turned) (\(lamp.origin))"
    ).print(invocation)
}

/// The section of the name that was typed; without one, the first.
private func chosen<Section>(
    _ invocation: borrowing Invocation, among sections: [Section], kind: String,
    _ name: (Section) -> String
) throws(Failure) -> Section {
    guard let first = sections.first else {
        throw Failure(
            "there is no [\(kind) NAME] in the configuration: nothing to test"
                + " (man intercomd.conf)")
    }
    guard let typed = invocation.arguments.first else { return first }
    guard let section = sections.first(where: { name($0) == typed }) else {
        let names = sections.map(name)
        throw Failure.usage(unknown(kind, typed, among: names, or: names.joined(separator: ", ")))
    }
    return section
}

/// Follows the line until the button was pressed and released, or the time is over.
private func watch(
    _ line: consuming InputLine, _ button: Config.Button, _ patience: Duration,
    _ invocation: borrowing Invocation
) throws(GPIOError) -> PressTrial {
    var trial = PressTrial(isPressed: try line.isActive())
    let reads = trial.isPressed ? "pressed" : "released"
    try? printProgress(
        "\(button.name) on \(button.line) reads \(reads); press it and let it go"
            + " (\(patience.components.seconds) s)", invocation)
    let end = Clock.now() + patience
    var isTold = false
    while Clock.now() < end, !trial.isOver(at: Clock.now()) {
        while let edge = try line.nextEdge() {
            trial.change(isPressed: edge.isActive, at: edge.moment)
        }
        if trial.isPressed, !trial.isUntouched, !isTold {
            isTold = true
            try? printProgress("pressed", invocation)
        }
        Clock.sleep(.milliseconds(2))
    }
    return trial
}

private func report(on trial: PressTrial, _ button: Config.Button) -> TrialReport {
    let other = button.isActiveLow ? "ground" : "3.3 V"
    let turned = button.isActiveLow ? "high" : "low"
    let text: String
    if let time = trial.pressedFor {
        text = "pressed for \(decimal(seconds(time))) s, \(bounces(of: trial, button))"
    } else if !trial.isUntouched {
        text =
            "not pressed and let go in time, \(plural(trial.bounces, "bounce")):"
            + " if the line changes by itself, it has no bias or a loose wire"
    } else if trial.isPressed {
        text =
            "reads pressed all the time: look for a short to \(other), or set active = \(turned)"
            + " (\(button.origin))"
    } else {
        text =
            "no press seen on \(button.line): connect the button between this line and \(other)"
            + " (intercomctl gpio list; \(button.lineOrigin))"
    }
    return TrialReport(
        test: "button", device: button.line, verdict: trial.pressedFor == nil ? .failed : .ok,
        text: text,
        numbers: [
            ("pressed_s", trial.pressedFor.map(seconds)), ("bounces", Double(trial.bounces)),
            ("longest_bounce_ms", seconds(trial.longestBounce) * 1000),
            ("settling_ms", seconds(trial.settling) * 1000),
        ])
}

private func bounces(of trial: PressTrial, _ button: Config.Button) -> String {
    guard trial.bounces > 0 else { return "no bounce" }
    let settled =
        "\(plural(trial.bounces, "bounce")) of up to"
        + " \(decimal(seconds(trial.longestBounce) * 1000)) ms, settled in"
        + " \(decimal(seconds(trial.settling) * 1000)) ms"
    guard trial.longestBounce >= button.debounce else { return settled }
    // Twice the measured time, because contacts wear out.
    let longer = 2 * (trial.longestBounce.nanoseconds / 1_000_000 + 1)
    return "\(settled); write debounce = \(min(200, longer))ms (\(button.origin))"
}

private func seconds(_ time: Duration) -> Double { Double(time.nanoseconds) / 1e9 }

/// The daemon has the line and reports each press; the press also opens the microphone.
private func watchThroughDaemon(
    _ button: Config.Button, _ patience: Duration, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .monitor = try daemon.ask(.monitor) else { throw Failure.misfit }
    try printProgress(
        "intercomd has \(button.line): press \(button.name) and let it go"
            + " (\(patience.components.seconds) s)"
            + (button.talks ? "; \(button.talkText) may hear you" : ""), invocation)
    let end = Clock.now() + patience
    var isDown = false
    var isUp = false
    while !isUp, let line = try daemon.nextLine(until: end) {
        guard let event = Event(parsing: line.span), event.button == button.name else { continue }
        switch event.kind {
        case .keyDown:
            isDown = true
            try printProgress("pressed", invocation)
        case .keyUp: isUp = isDown
        default: break
        }
    }
    return try TrialReport(
        test: "button", device: button.line, verdict: isUp ? .ok : .failed,
        text: isUp
            ? "pressed and let go, as intercomd sees it"
            : isDown
                ? "not let go in time, as intercomd sees it"
                : "intercomd saw no press; stop it and test again to see more"
                    + " (\(button.lineOrigin))"
    ).print(invocation)
}

/// Follows one press and release of a button, bounces included.
///
/// Contacts bounce: for some milliseconds the level changes to and fro. A button counts as pressed
/// or released once its level has been stable for a moment.
struct PressTrial: Equatable {
    /// One level, and since when.
    private struct Change: Equatable {
        let isPressed: Bool
        let moment: Instant
    }

    private var changes: [Change] = []
    private let wasPressed: Bool

    /// Contacts bounce for less time, and people tap more slowly.
    private static let quiet = Duration.milliseconds(25)
    /// A floating line must not fill the memory.
    private static let changesMax = 10_000

    /// `isPressed` is how the key reads before anybody touches it.
    init(isPressed: Bool) { wasPressed = isPressed }

    mutating func change(isPressed: Bool, at moment: Instant) {
        guard changes.count < Self.changesMax else { return }
        changes.append(Change(isPressed: isPressed, moment: moment))
    }

    /// Whether the button was pressed and released, and has settled.
    func isOver(at now: Instant) -> Bool {
        guard let last = changes.last, !last.isPressed else { return false }
        return now - last.moment >= Self.quiet && pressedFor != nil
    }

    /// Whether a press has begun.
    var isPressed: Bool { changes.last?.isPressed ?? wasPressed }

    /// Whether anything has happened at all.
    var isUntouched: Bool { changes.isEmpty }

    /// From the first touch of the press to that of the release; nil until both are there.
    var pressedFor: Duration? {
        let bursts = self.bursts
        guard let down = bursts.firstIndex(where: { $0.last!.isPressed }),
            let up = bursts[(down + 1)...].first(where: { !$0.last!.isPressed })
        else { return nil }
        return up[0].moment - bursts[down][0].moment
    }

    /// How often the contact opened and closed by bouncing.
    var bounces: Int { bursts.reduce(0) { $0 + ($1.count - 1) / 2 } }

    /// The longest that the contact took to settle.
    var settling: Duration {
        bursts.map { $0.last!.moment - $0[0].moment }.max() ?? .zero
    }

    /// The longest bounce; the debounce time must be longer.
    var longestBounce: Duration {
        var longest = Duration.zero
        for burst in bursts {
            for (change, next) in zip(burst, burst.dropFirst()) {
                longest = max(longest, next.moment - change.moment)
            }
        }
        return longest
    }

    /// Changes so close together that they belong to one movement of the finger.
    private var bursts: [[Change]] {
        var bursts: [[Change]] = []
        for change in changes {
            if let last = bursts.last?.last, change.moment - last.moment < Self.quiet {
                bursts[bursts.count - 1].append(change)
            } else {
                bursts.append([change])
            }
        }
        return bursts
    }
}
