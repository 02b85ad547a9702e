internal import Config
internal import Files
internal import HAL
internal import Report
internal import Time

/// `test button [NAME]`: waits for a press and a release.
func testButton(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let config = try readConfigOrDefaults(invocation)
    let buttons = config.buttons.filter { !$0.isVoiceOperated }
    let button = try chosen(invocation, among: buttons)
    let patience = Duration.seconds(invocation.seconds ?? 20)
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
    return try trial.report(on: button).print(invocation)
}

/// Returns the button with the typed name; without a name, returns the first button.
private func chosen(
    _ invocation: borrowing Invocation, among buttons: [Config.Button]
) throws(Failure) -> Config.Button {
    guard let first = buttons.first else {
        throw Failure(
            "there is no [button NAME] in the configuration: nothing to test"
                + " (man intercomd.conf)")
    }
    guard let typed = invocation.arguments.first else { return first }
    guard let button = buttons.first(where: { $0.name == typed }) else {
        let names = buttons.map { $0.name }
        throw Failure.usage(
            unknown("button", typed, among: names, or: names.joined(separator: ", ")))
    }
    return button
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

/// The daemon has the line and reports each press; the press also opens the microphone.
private func watchThroughDaemon(
    _ button: Config.Button, _ patience: Duration, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .watchEvents = try daemon.ask(.watchEvents) else { throw Failure.misfit }
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

/// Follows one press and release of a button.
///
/// Contacts bounce: for some milliseconds the level changes to and fro. A button counts as released
/// once its level has been stable for a moment.
struct PressTrial: Equatable {
    /// Whether the button reads as pressed; at first, its state before anyone touches it.
    private(set) var isPressed: Bool
    /// Whether the level has never changed.
    private(set) var isUntouched = true
    /// The start of the press, and its latest end.
    private var down: Instant?
    private var up: Instant?

    /// Longer than contacts bounce, and shorter than people pause between taps.
    private static let quiet = Duration.milliseconds(25)

    init(isPressed: Bool) { self.isPressed = isPressed }

    mutating func change(isPressed: Bool, at moment: Instant) {
        (self.isPressed, isUntouched) = (isPressed, false)
        if isPressed, down == nil { down = moment }
        up = isPressed || down == nil ? nil : moment
    }

    /// Whether the button was pressed and released, and has settled.
    func isOver(at now: Instant) -> Bool { up.map { now - $0 >= Self.quiet } ?? false }

    /// The time from the first contact to the release; nil until both have happened.
    var pressedFor: Duration? { up.flatMap { up in down.map { up - $0 } } }

    fileprivate func report(on button: Config.Button) -> TrialReport {
        let other = button.isActiveLow ? "ground" : "3.3 V"
        let turned = button.isActiveLow ? "high" : "low"
        let length = pressedFor.map { Double($0.nanoseconds) / 1e9 }
        let text: String
        if let length {
            text = "pressed for \(decimal(length)) s"
        } else if !isUntouched {
            text =
                "not pressed and let go in time: if the line changes by itself, it has no bias or a"
                + " loose wire"
        } else if isPressed {
            text =
                "reads pressed all the time: look for a short to \(other), or set active ="
                + " \(turned) (\(button.origin))"
        } else {
            text =
                "no press seen on \(button.line): connect the button between this line and"
                + " \(other) (intercomctl gpio list; \(button.lineOrigin))"
        }
        return TrialReport(
            test: "button", device: button.line, verdict: length == nil ? .failed : .ok,
            text: text, numbers: [("pressed_s", length)])
    }
}
