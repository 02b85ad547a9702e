internal import Station
internal import Time

/// The work that the media loop leaves out while the processor cannot keep up.
///
/// Two signs tell that it cannot: the loop's own work takes nearly all of the time, or sound waits
/// in the card because the loop was not let run, as with a share of a processor that is spent.
/// Either sign twice in a row leads to the next step; a calm time takes one step back. What a step
/// saved is remembered, so that no step is taken back only to be taken again at once. Each step
/// (`Overload`) leaves out what those before it do, too.
package struct LoadShedding {
    /// The time over which work is measured.
    static let window = Duration.milliseconds(100)
    /// Shares of the time: more is too much; a step is taken back where it would come to less.
    static let loadMax = 0.8
    static let loadCalm = 0.6
    static let loadBusy = 0.5
    /// Windows in a row that are too much.
    static let pressMax = 2
    /// Calm windows before the first step back, and before each after it; the first grows with each
    /// return that did not last, up to a bound.
    static let calmFirst = 10
    static let calmNext = 3
    static let calmMax = 40
    /// Calm windows that a single one that was too much costs.
    static let hiccup = 3
    /// The number of windows in which the saving of a step is measured.
    static let settling = 5
    /// A step back has lasted after so many windows.
    static let lasting = 30
    /// No step saves more than this.
    static let gainMax = 2.5
    /// Samples that waited in the card, from which on the loop came late.
    private static let lateSamples = 960

    private(set) var step = Overload.none
    private var wasLate = false
    /// Steps that would change nothing, by their raw value.
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
    /// Whether the last window was too much.
    private(set) var isPressed = false
    /// Whether the loop may not have slept at all in it: where the machine itself is held up, the
    /// kernel counts the time of others as the loop's.
    private(set) var isBusy = false

    /// Notes how much sound waited in the microphone's card, which hands over whole periods.
    ///
    /// These are the card's own: dmix and dsnoop grant 1024 samples whatever is asked for.
    mutating func noteLateness(captured count: Int, period: Int) {
        if count >= max(Self.lateSamples, 3 * period) { wasLate = true }
    }

    /// The loop did not turn for longer than the card can wait, and it was the loop's doing.
    mutating func noteLateness(xrunAfter gap: Duration, period: Int) {
        if gap >= max(.milliseconds(10), .microseconds(2 * period * 1_000 / 48)) { wasLate = true }
    }

    /// Whether sound has waited for the loop since this was asked last.
    mutating func takeLateness() -> Bool {
        defer { wasLate = false }
        return wasLate
    }

    /// Sets whether a step would change anything: one that would not is passed over.
    mutating func setUse(of step: Overload, _ isOfUse: Bool) { isIdle[step.rawValue] = !isOfUse }

    /// A window is over.
    ///
    /// - Parameters:
    ///   - now: When it ended.
    ///   - busy: Processor time of the loop's thread since its start, in ns.
    ///   - isLate: Sound has waited in the card in this window because the loop did not run.
    /// - Returns: The step from now on, where it is another.
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
        // What the step saved shows once what had piled up is done.
        if step > .none, sinceShed <= Self.settling {
            let saved = loadBefore / max(load, 0.01)
            gain[step.rawValue] = min(Self.gainMax, max(gain[step.rawValue], saved))
        }
        isPressed = isLate || load > Self.loadMax
        isBusy = isPressed || load > Self.loadBusy
        if isPressed {
            pressed += 1
            // One alone may be the machine's: it costs a while, and not all the patience again.
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
