internal import Station
internal import Time

/// Decides which work the media loop leaves out while the processor cannot keep up.
///
/// Two signs show overload: the loop's own work takes nearly all of the time, or sound waits in the
/// card because the kernel did not run the loop, as when its CPU quota is used up. Either sign
/// twice in a row takes the next step; a calm time takes one step back. The saving of each step is
/// remembered, so that no step is taken back only to be needed again at once. Each step
/// (`Overload`) includes all steps before it.
package struct LoadShedding {
    /// The time over which work is measured.
    static let window = Duration.milliseconds(100)
    /// Shares of the time: above `loadMax` is too much; a step goes back if the load without it
    /// would stay below `loadCalm`.
    static let loadMax = 0.8
    static let loadCalm = 0.6
    static let loadBusy = 0.5
    /// Windows in a row, each with too much work, that lead to the next step.
    static let pressMax = 2
    /// Calm windows before the first step back, and before each further one; the first number
    /// grows, up to a bound, with each return that did not last.
    static let calmFirst = 10
    static let calmNext = 3
    static let calmMax = 40
    /// Calm windows that one window with too much work costs.
    static let hiccup = 3
    /// The number of windows in which the saving of a step is measured.
    static let settling = 5
    /// Windows after which a step back counts as lasting.
    static let lasting = 30
    /// The most that a step is assumed to save.
    static let gainMax = 2.5
    /// With this many samples in the card, the loop came late.
    private static let lateSamples = 960

    private(set) var step = Overload.none
    private var wasLate = false
    /// Whether a step would change nothing, by its raw value.
    private var isIdle = InlineArray<7, Bool>(repeating: false)
    /// The work without each step, as a multiple of the work with it.
    private var gain = InlineArray<7, Double>(repeating: 1)
    private var loadBefore = 0.0

    private(set) var due = Instant(nanoseconds: .min)
    private var since = Instant(nanoseconds: .min)
    private var busyBefore: Int64 = 0
    private var pressed = 0
    private var calm = 0
    private var calmWanted = calmFirst
    private var patience = calmFirst
    private var sinceShed = 0
    private var sinceBack = lasting
    /// Whether the last window had too much work.
    private(set) var isPressed = false
    /// Whether the loop perhaps did not sleep at all in the last window: if the machine itself is
    /// delayed, the kernel counts that time as the loop's.
    private(set) var isBusy = false

    /// Notes how much sound waited in the microphone's card, which delivers whole periods.
    ///
    /// The card's own periods count: dmix and dsnoop use 1024 samples, whatever a program requests.
    mutating func noteLateness(captured count: Int, period: Int) {
        if count >= max(Self.lateSamples, 3 * period) { wasLate = true }
    }

    /// Notes an xrun: the loop was late if `gap`, the time since the card last moved sound, is
    /// longer than the card can wait.
    mutating func noteLateness(xrunAfter gap: Duration, period: Int) {
        if gap >= max(.milliseconds(10), .microseconds(2 * period * 1_000 / 48)) { wasLate = true }
    }

    /// Whether sound has waited for the loop since the last call.
    mutating func takeLateness() -> Bool {
        defer { wasLate = false }
        return wasLate
    }

    /// Sets whether a step would change anything; a step that would not is left out.
    mutating func setUse(of step: Overload, _ isOfUse: Bool) { isIdle[step.rawValue] = !isOfUse }

    /// Ends a window.
    ///
    /// - Parameters:
    ///   - now: When it ended.
    ///   - busy: Processor time of the loop's thread since its start, in ns.
    ///   - isLate: Whether sound waited in the card in this window because the loop did not run.
    /// - Returns: The new step; nil if it stays.
    mutating func windowEnded(at now: Instant, busy: Int64, isLate: Bool) -> Overload? {
        let wall = since == Instant(nanoseconds: .min) ? 0 : (now - since).nanoseconds
        let work = busy - busyBefore
        since = now
        busyBefore = busy
        due = now + Self.window
        guard wall > 0 else { return nil }
        return judge(load: min(1, Double(work) / Double(wall)), isLate: isLate)
    }

    private mutating func judge(load: Double, isLate: Bool) -> Overload? {
        sinceShed = min(sinceShed + 1, Self.lasting)
        sinceBack = min(sinceBack + 1, Self.lasting)
        if sinceBack == Self.lasting, step == .none { patience = Self.calmFirst }
        // The saving of the step shows only after the backlog is done.
        if step > .none, sinceShed <= Self.settling {
            let saved = loadBefore / max(load, 0.01)
            gain[step.rawValue] = min(Self.gainMax, max(gain[step.rawValue], saved))
        }
        isPressed = isLate || load > Self.loadMax
        isBusy = isPressed || load > Self.loadBusy
        if isPressed {
            pressed += 1
            // A single window may be the machine's fault: it costs some calm windows, not all.
            calm = pressed < Self.pressMax ? max(0, calm - Self.hiccup) : 0
            return pressed >= Self.pressMax ? shed(load) : nil
        }
        pressed = 0
        calm = load * gain[step.rawValue] < Self.loadCalm ? calm + 1 : 0
        return calm >= calmWanted ? takeBack() : nil
    }

    private mutating func shed(_ load: Double) -> Overload? {
        var next = step.rawValue + 1
        while next < isIdle.count, isIdle[next] { next += 1 }
        guard let wanted = Overload(rawValue: next) else { return nil }
        if sinceBack < Self.lasting { patience = min(patience * 2, Self.calmMax) }
        sinceBack = Self.lasting
        sinceShed = 0
        pressed = 0
        calmWanted = patience
        loadBefore = load
        gain[next] = 1
        step = wanted
        return step
    }

    private mutating func takeBack() -> Overload? {
        guard step > .none else { return nil }
        var next = step.rawValue - 1
        while next > 0, isIdle[next] { next -= 1 }
        calm = 0
        calmWanted = Self.calmNext
        sinceBack = 0
        step = Overload(rawValue: next) ?? .none
        return step
    }
}
