import Testing

@testable import Report

/// The text of a value.
func text(_ json: borrowing JSON) -> String {
    String(decoding: json.encoded(limit: Int.max) ?? [], as: UTF8.self)
}

/// Takes a claim as one value: the macro cannot take apart an expression of noncopyable values.
private func isSo(_ claim: Bool) -> Bool { claim }

func object(_ text: String) -> JSON? { JSON(parsing: Array(text.utf8).span) }

@Suite struct JSONTests {
    @Test func valuesAreWrittenInTheOrderTheyWerePut() {
        var json = JSON.object()
        json.set("b", JSON(1))
        json.set("a", JSON("x\"\n\u{e9}\u{0}"))
        json.set("empty", JSON(""))
        json.set("r", JSON(0.3))
        json.set("nan", JSON(Double.nan))
        json.set("t", JSON(true))
        var array = JSON.array()
        array.append(JSON(false))
        array.append(.null())
        json.set("list", array)
        let written = text(json)
        #expect(
            written == #"{"b":1,"a":"x\"\n\#u{e9}\u0000","empty":"","r":0.3,"#
                + #""nan":null,"t":true,"list":[false,null]}"#
        )
    }

    @Test func membersLiveOnWithoutTheirObject() {
        func inner() -> JSON? {
            let outer = object(#"{"inner":{"deep":{"x":"y"}}}"#)
            return outer?.member("inner")
        }
        #expect(isSo(inner()?.member("deep")?.member("x")?.text == "y"))
    }

    @Test func whatIsNotThereOrOfAnotherKindIsNil() {
        guard let json = object(#"{"s":"t","i":7,"r":1.5,"b":false,"n":null,"a":[1,"2"],"o":{}}"#)
        else {
            Issue.record("not read")
            return
        }
        #expect(isSo(json.member("s")?.text == "t" && json.member("s")?.integer == nil))
        #expect(isSo(json.member("i")?.integer == 7 && json.member("i")?.number == 7))
        #expect(isSo(json.member("r")?.number == 1.5 && json.member("r")?.integer == nil))
        #expect(isSo(json.member("b")?.flag == false && json.member("i")?.flag == nil))
        #expect(isSo(json.has("n") && json.member("n")?.text == nil))
        #expect(isSo(!json.has("z")))
        #expect(isSo(json.member("a")?.count == 2 && json.member("o")?.count == nil))
        #expect(isSo(json.member("a")?.element(1)?.text == "2"))
        #expect(isSo(json.member("a")?.element(2)?.text == nil))
        #expect(isSo(json.member("a")?.element(-1)?.text == nil))
        #expect(isSo(json.member("s")?.member("x")?.text == nil))
        #expect(isSo(json.member("s")?.element(0)?.text == nil))
        #expect(isSo(json.keys == ["s", "i", "r", "b", "n", "a", "o"]))
        #expect(isSo(json.member("a")?.keys == nil))
    }

    @Test(arguments: [
        "", " ", "1", "[]", "\"a\"", "null", "{", "{}{}", #"{"a":1,"a":2}"#, #"{"a":"\u0000"}"#,
        "{\"a\":\"\u{1}\"}", "{a:1}", #"{"a":1e999}"#, #"{"a":99999999999999999999}"#,
    ])
    func whatIsNotOneObjectIsRefused(_ text: String) {
        if object(text) != nil { Issue.record("taken: \(text)") }
    }

    @Test func deepNestingIsRefusedNotFollowed() {
        let deep = String(repeating: "[", count: 100_000)
        if object("{\"a\":\(deep)") != nil { Issue.record("taken") }
        let invalid: [UInt8] = [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]
        if JSON(parsing: invalid.span) != nil { Issue.record("invalid UTF-8 was taken") }
    }

    @Test func theLimitIsOfBytes() {
        var json = JSON.object()
        json.set("a", JSON("\u{e9}"))
        #expect(json.encoded(limit: 10)?.count == 10)
        #expect(json.encoded(limit: 9) == nil)
    }
}
