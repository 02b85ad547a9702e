import Testing

@testable import HAL
@testable import Intercomctl

private func card(
    _ value: String, _ name: String = "A card", usb: Bool = false,
    _ input: CardTrial.Outcome, _ output: CardTrial.Outcome
) -> CardTrial {
    CardTrial(value: value, name: name, isUSB: usb, input: input, output: output)
}

private func plan(_ cards: [CardTrial], _ key: ButtonTrial = .free(place: "gpiochip0/17"))
    -> SetupPlan
{
    SetupPlan(name: SetupPlan.Choice(value: "kitchen", reason: ""), cards: cards, key: key)
}

private let headphones = card("card:Headphones", "bcm2835 Headphones", .none, .opens)
private let screen = card("card:vc4hdmi0", "vc4-hdmi-0", .none, .opens)
private let headset = card("usb:0d8c:0014", "USB PnP", usb: true, .opens, .opens)
private let microphone = card("usb:1:2", usb: true, .opens, .none)
private let loopback = card("card:Loopback", "Loopback", .opens, .opens)
private let hat = card("card:seeed2micvoicec", "seeed-2mic-voicecard", .opens, .opens)

@Suite struct SetupPlanTests {
    @Test func aCardIsChosenByItsNumber() {
        let cards = [headset, hat]
        #expect(SetupPlan.card("1", among: cards) == headset.value)
        #expect(SetupPlan.card("2", among: cards) == hat.value)
        for other in ["0", "3", "-1", "none", "auto", "\(Int.min)", "card:Device", ""] {
            #expect(SetupPlan.card(other, among: cards) == other)
        }
        #expect(SetupPlan.card("1", among: []) == "1")
    }

    @Test func anAnswerThatIsNoneIsRefusedInWordsOfTheQuestion() {
        #expect(SetupQuestion.input.refusal(of: "7", among: [hat]) == "the list ends with 1")
        #expect(SetupQuestion.output.refusal(of: "0", among: []) == "no card is listed")
        #expect(SetupQuestion.output.refusal(of: "hw:1", among: [hat]) == nil)
        #expect(
            SetupQuestion.name.refusal(of: "Küche", among: [])
                == "name: \"Küche\" is not a name: 1 to 31 of a-z, 0-9 and -, no - first")
        #expect(SetupQuestion.name.refusal(of: "attic", among: []) == nil)
        #expect(SetupQuestion.key.refusal(of: "99", among: []) == nil)
    }

    @Test func aLineIsChosenByTheNumberOfItsName() {
        #expect(SetupPlan.line("17") == "GPIO17")
        for answer in ["4", "04", "gpio4", "Gpio04", "GPIO 4"] {
            #expect(SetupPlan.line(answer) == "GPIO4")
        }
        for other in ["none", "GPIO17", "gpiochip0/17", "517", "-1", "1a", ""] {
            #expect(SetupPlan.line(other) == other)
        }
    }

    @Test func aWarningIsOfAChoiceThatStands() {
        var other = plan([hat], .held(by: "gpio-keys"))
        other.choose("GPIO17", for: .key)
        #expect(other.warnings.count == 1)
        other.choose("none", for: .input)
        #expect(other.warnings.count == 1)
        other.choose("GPIO27", for: .key)
        #expect(other.warnings.isEmpty)
    }

    /// One card for both comes before two, and USB before what is built in.
    ///
    /// Few screens have loudspeakers, so a screen comes last. A virtual card is left to a person.
    @Test(arguments: [
        ([hat, headset], ["usb:0d8c:0014", "usb:0d8c:0014"]),
        ([headphones, hat], [hat.value, hat.value]),
        ([headphones, microphone, hat], [hat.value, hat.value]),
        ([headphones, microphone], ["usb:1:2", "card:Headphones"]),
        ([screen, headphones, microphone], ["usb:1:2", "card:Headphones"]),
        ([screen, microphone], ["usb:1:2", "card:vc4hdmi0"]),
        ([loopback, microphone, headphones], ["usb:1:2", "card:Headphones"]),
        ([loopback, microphone], ["usb:1:2", "none"]), ([loopback], ["auto", "auto"]),
    ])
    fileprivate func theseAreChosen(_ cards: [CardTrial], _ chosen: [String]) {
        let plan = plan(cards)
        #expect([plan[.input].value, plan[.output].value] == chosen)
    }

    @Test func aBusyCardIsTakenWhenNoneOfItsKindIsFree() {
        let busy = card("usb:1:1", usb: true, .busy, .busy)
        #expect(plan([busy, headset])[.input].value == headset.value)
        let taken = plan([busy, hat])
        #expect(taken[.input].value == "usb:1:1" && taken[.input].reason.contains("in use"))
    }

    @Test func aCardThatCannotIsPassedOverWithItsReason() {
        let slow = card("usb:1:1", usb: true, .refused("cannot do 48000 Hz"), .opens)
        let plan = plan([slow, hat])
        #expect(plan[.input].value == hat.value && plan[.output].value == hat.value)
        #expect(plan.warnings == ["cannot do 48000 Hz"])
    }

    @Test func aLineHeldByAnotherIsWrittenWithAWarningButNotOneOfOurs() {
        let other = plan([hat], .held(by: "gpio-keys"))
        #expect(other.text.contains("line = GPIO17"))
        #expect(other.warnings.count == 1 && other.warnings[0].contains("gpio-keys"))
        #expect(plan([hat], .held(by: "intercomd ptt")).warnings.isEmpty)
    }

    @Test(arguments: [
        ButtonTrial.noChip, .noLine, .unknown("no permission to open /dev/gpiochip0"),
    ])
    func withoutTheLineThereIsNoKeyAndAnotherWayToTalk(_ key: ButtonTrial) {
        let plan = plan([hat], key)
        #expect(plan[.key].value == "none" && !plan.text.contains("[button"))
        #expect(plan.warnings.count == 1 && plan.warnings[0].contains("intercomctl talk house"))
    }

    @Test func twoCardsThatAreAlikeAreToldApart() {
        func usb(_ id: String, _ serial: String?) -> PCMCard {
            PCMCard(
                id: id, name: "", usb: PCMCard.USB(vendor: 0xd8c, product: 0x14, serial: serial),
                captures: true, plays: true)
        }
        let (one, two, three) = (usb("A", "S1"), usb("B", "S2"), usb("C", "S 3"))
        #expect(CardTrial.value(of: one, among: [one]).description == "usb:0d8c:0014")
        #expect(CardTrial.value(of: one, among: [one, two]).description == "usb:0d8c:0014:S1")
        #expect(CardTrial.value(of: three, among: [one, three]).description == "card:C")
        let (plain, same) = (usb("D", nil), usb("E", nil))
        #expect(CardTrial.value(of: plain, among: [plain, same]).description == "card:D")
        #expect(CardTrial.twinsNote([one, two]) == nil)
        let note = CardTrial.twinsNote([plain, same]) ?? ""
        #expect(note.hasPrefix("card:D, card:E: ") && note.contains("udev"))
    }
}
