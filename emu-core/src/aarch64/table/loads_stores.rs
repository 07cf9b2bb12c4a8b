//! Rows of loads and stores of general registers, exclusive and atomic ones among them.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [BASE] a64 {
                // Exclusives, acquire and release, C4.1.96
                StxrB        "stxrb"  "00 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U8>;
                StlxrB       "stlxrb" "00 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U8>;
                LdxrB        "ldxrb"  "00 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U8>;
                LdaxrB       "ldaxrb" "00 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U8>;
                StlrB        "stlrb"  "00 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"    Release                 => exclusive::stlr<U8>;
                LdarB        "ldarb"  "00 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"    Ordered                 => exclusive::ldar<U8>;
                StxrH        "stxrh"  "01 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U16>;
                StlxrH       "stlxrh" "01 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U16>;
                LdxrH        "ldxrh"  "01 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U16>;
                LdaxrH       "ldaxrh" "01 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U16>;
                StlrH        "stlrh"  "01 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"    Release                 => exclusive::stlr<U16>;
                LdarH        "ldarh"  "01 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"    Ordered                 => exclusive::ldar<U16>;
                StxrW        "stxr"   "10 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U32>;
                StlxrW       "stlxr"  "10 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U32>;
                LdxrW        "ldxr"   "10 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U32>;
                LdaxrW       "ldaxr"  "10 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U32>;
                StlrW        "stlr"   "10 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"    Release                 => exclusive::stlr<U32>;
                LdarW        "ldar"   "10 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"    Ordered                 => exclusive::ldar<U32>;
                StxrX        "stxr"   "11 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U64>;
                StlxrX       "stlxr"  "11 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"    StoreExclusive          => exclusive::stxr<U64>;
                LdxrX        "ldxr"   "11 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U64>;
                LdaxrX       "ldaxr"  "11 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"    Exclusive               => exclusive::ldxr<U64>;
                StlrX        "stlr"   "11 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"    Release                 => exclusive::stlr<U64>;
                LdarX        "ldar"   "11 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"    Ordered                 => exclusive::ldar<U64>;
                StxpW        "stxp"   "10 001000 0 0 1 sssss 0 uuuuu nnnnn ttttt"    StoreExclusivePair slow => exclusive::stxp<U32>;
                StlxpW       "stlxp"  "10 001000 0 0 1 sssss 1 uuuuu nnnnn ttttt"    StoreExclusivePair slow => exclusive::stxp<U32>;
                LdxpW        "ldxp"   "10 001000 0 1 1 sssss 0 uuuuu nnnnn ttttt"    LoadExclusivePair       => exclusive::ldxp<U32>;
                LdaxpW       "ldaxp"  "10 001000 0 1 1 sssss 1 uuuuu nnnnn ttttt"    LoadExclusivePair       => exclusive::ldxp<U32>;
                StxpX        "stxp"   "11 001000 0 0 1 sssss 0 uuuuu nnnnn ttttt"    StoreExclusivePair slow => exclusive::stxp<U64>;
                StlxpX       "stlxp"  "11 001000 0 0 1 sssss 1 uuuuu nnnnn ttttt"    StoreExclusivePair slow => exclusive::stxp<U64>;
                LdxpX        "ldxp"   "11 001000 0 1 1 sssss 0 uuuuu nnnnn ttttt"    LoadExclusivePair       => exclusive::ldxp<U64>;
                LdaxpX       "ldaxp"  "11 001000 0 1 1 sssss 1 uuuuu nnnnn ttttt"    LoadExclusivePair       => exclusive::ldxp<U64>;
                // Loads from near the instruction
                LdrLiteralW  "ldr"    "00 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"        Literal                 => load_store::ldr_literal<U32>;
                LdrLiteralX  "ldr"    "01 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"        Literal                 => load_store::ldr_literal<U64>;
                LdrswLiteral "ldrsw"  "10 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"        Literal                 => load_store::ldr_literal<S32>;
                PrfmLiteral  "prfm"   "11 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"        PrefetchLiteral         => load_store::prfm_literal;
                // Pairs: no-allocate, post-indexed, at an offset, pre-indexed
                StnpW        "stnp"   "00 101 0 000 0 iiiiiii uuuuu nnnnn ttttt"     StorePair               => load_store_pair::stp<U32>;
                LdnpW        "ldnp"   "00 101 0 000 1 iiiiiii uuuuu nnnnn ttttt"     LoadPair                => load_store_pair::ldp<U32>;
                StnpX        "stnp"   "10 101 0 000 0 iiiiiii uuuuu nnnnn ttttt"     StorePair               => load_store_pair::stp<U64>;
                LdnpX        "ldnp"   "10 101 0 000 1 iiiiiii uuuuu nnnnn ttttt"     LoadPair                => load_store_pair::ldp<U64>;
                StpPostW     "stp"    "00 101 0 001 0 iiiiiii uuuuu nnnnn ttttt"     StorePairPost           => load_store_pair::stp_post<U32>;
                LdpPostW     "ldp"    "00 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"     LoadPairPost            => load_store_pair::ldp_post<U32>;
                StpPostX     "stp"    "10 101 0 001 0 iiiiiii uuuuu nnnnn ttttt"     StorePairPost           => load_store_pair::stp_post<U64>;
                LdpPostX     "ldp"    "10 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"     LoadPairPost            => load_store_pair::ldp_post<U64>;
                LdpswPost    "ldpsw"  "01 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"     LoadWordsPost           => load_store_pair::ldp_post<S32>;
                StpW         "stp"    "00 101 0 010 0 iiiiiii uuuuu nnnnn ttttt"     StorePair               => load_store_pair::stp<U32>;
                LdpW         "ldp"    "00 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"     LoadPair                => load_store_pair::ldp<U32>;
                StpX         "stp"    "10 101 0 010 0 iiiiiii uuuuu nnnnn ttttt"     StorePair               => load_store_pair::stp<U64>;
                LdpX         "ldp"    "10 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"     LoadPair                => load_store_pair::ldp<U64>;
                Ldpsw        "ldpsw"  "01 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"     LoadWords               => load_store_pair::ldp<S32>;
                StpPreW      "stp"    "00 101 0 011 0 iiiiiii uuuuu nnnnn ttttt"     StorePairPre            => load_store_pair::stp_pre<U32>;
                LdpPreW      "ldp"    "00 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"     LoadPairPre             => load_store_pair::ldp_pre<U32>;
                StpPreX      "stp"    "10 101 0 011 0 iiiiiii uuuuu nnnnn ttttt"     StorePairPre            => load_store_pair::stp_pre<U64>;
                LdpPreX      "ldp"    "10 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"     LoadPairPre             => load_store_pair::ldp_pre<U64>;
                LdpswPre     "ldpsw"  "01 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"     LoadWordsPre            => load_store_pair::ldp_pre<S32>;
                // Loads and stores at a signed offset in bytes
                Sturb        "sturb"  "00 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"    StoreUnscaled           => load_store::str<U8>;
                Ldurb        "ldurb"  "00 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, U8>;
                LdursbX      "ldursb" "00 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, S8>;
                LdursbW      "ldursb" "00 111 0 00 11 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<W, S8>;
                Sturh        "sturh"  "01 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"    StoreUnscaled           => load_store::str<U16>;
                Ldurh        "ldurh"  "01 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, U16>;
                LdurshX      "ldursh" "01 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, S16>;
                LdurshW      "ldursh" "01 111 0 00 11 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<W, S16>;
                SturW        "stur"   "10 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"    StoreUnscaled           => load_store::str<U32>;
                LdurW        "ldur"   "10 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, U32>;
                Ldursw       "ldursw" "10 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, S32>;
                SturX        "stur"   "11 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"    StoreUnscaled           => load_store::str<U64>;
                LdurX        "ldur"   "11 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"    LoadUnscaled            => load_store::ldr<X, U64>;
                Prfum        "prfum"  "11 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"    Prefetch                => load_store::prfm;
                // Post-indexed
                StrbPost     "strb"   "00 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"    StorePost               => load_store::str_post<U8>;
                LdrbPost     "ldrb"   "00 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, U8>;
                LdrsbXPost   "ldrsb"  "00 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, S8>;
                LdrsbWPost   "ldrsb"  "00 111 0 00 11 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<W, S8>;
                StrhPost     "strh"   "01 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"    StorePost               => load_store::str_post<U16>;
                LdrhPost     "ldrh"   "01 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, U16>;
                LdrshXPost   "ldrsh"  "01 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, S16>;
                LdrshWPost   "ldrsh"  "01 111 0 00 11 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<W, S16>;
                StrWPost     "str"    "10 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"    StorePost               => load_store::str_post<U32>;
                LdrWPost     "ldr"    "10 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, U32>;
                LdrswPost    "ldrsw"  "10 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, S32>;
                StrXPost     "str"    "11 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"    StorePost               => load_store::str_post<U64>;
                LdrXPost     "ldr"    "11 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"    LoadPost                => load_store::ldr_post<X, U64>;
                // Unprivileged
                Sttrb        "sttrb"  "00 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"    StoreUnscaled slow      => load_store::sttr<U8>;
                Ldtrb        "ldtrb"  "00 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, U8>;
                LdtrsbX      "ldtrsb" "00 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, S8>;
                LdtrsbW      "ldtrsb" "00 111 0 00 11 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<W, S8>;
                Sttrh        "sttrh"  "01 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"    StoreUnscaled slow      => load_store::sttr<U16>;
                Ldtrh        "ldtrh"  "01 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, U16>;
                LdtrshX      "ldtrsh" "01 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, S16>;
                LdtrshW      "ldtrsh" "01 111 0 00 11 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<W, S16>;
                SttrW        "sttr"   "10 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"    StoreUnscaled slow      => load_store::sttr<U32>;
                LdtrW        "ldtr"   "10 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, U32>;
                Ldtrsw       "ldtrsw" "10 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, S32>;
                SttrX        "sttr"   "11 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"    StoreUnscaled slow      => load_store::sttr<U64>;
                LdtrX        "ldtr"   "11 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"    LoadUnscaled slow       => load_store::ldtr<X, U64>;
                // Pre-indexed
                StrbPre      "strb"   "00 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"    StorePre                => load_store::str_pre<U8>;
                LdrbPre      "ldrb"   "00 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, U8>;
                LdrsbXPre    "ldrsb"  "00 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, S8>;
                LdrsbWPre    "ldrsb"  "00 111 0 00 11 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<W, S8>;
                StrhPre      "strh"   "01 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"    StorePre                => load_store::str_pre<U16>;
                LdrhPre      "ldrh"   "01 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, U16>;
                LdrshXPre    "ldrsh"  "01 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, S16>;
                LdrshWPre    "ldrsh"  "01 111 0 00 11 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<W, S16>;
                StrWPre      "str"    "10 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"    StorePre                => load_store::str_pre<U32>;
                LdrWPre      "ldr"    "10 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, U32>;
                LdrswPre     "ldrsw"  "10 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, S32>;
                StrXPre      "str"    "11 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"    StorePre                => load_store::str_pre<U64>;
                LdrXPre      "ldr"    "11 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"    LoadPre                 => load_store::ldr_pre<X, U64>;
                // Offset in a register
                StrbReg      "strb"   "00 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"  StoreReg                => load_store::str_reg<U8>;
                LdrbReg      "ldrb"   "00 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, U8>;
                LdrsbXReg    "ldrsb"  "00 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, S8>;
                LdrsbWReg    "ldrsb"  "00 111 0 00 11 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<W, S8>;
                StrhReg      "strh"   "01 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"  StoreReg                => load_store::str_reg<U16>;
                LdrhReg      "ldrh"   "01 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, U16>;
                LdrshXReg    "ldrsh"  "01 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, S16>;
                LdrshWReg    "ldrsh"  "01 111 0 00 11 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<W, S16>;
                StrWReg      "str"    "10 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"  StoreReg                => load_store::str_reg<U32>;
                LdrWReg      "ldr"    "10 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, U32>;
                LdrswReg     "ldrsw"  "10 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, S32>;
                StrXReg      "str"    "11 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"  StoreReg                => load_store::str_reg<U64>;
                LdrXReg      "ldr"    "11 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"  LoadStoreReg            => load_store::ldr_reg<X, U64>;
                PrfmReg      "prfm"   "11 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"  PrefetchReg             => load_store::prfm_reg;
                // At an unsigned offset in units of what is moved
                Strb         "strb"   "00 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"      StoreScaled             => load_store::str<U8>;
                Ldrb         "ldrb"   "00 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, U8>;
                LdrsbX       "ldrsb"  "00 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, S8>;
                LdrsbW       "ldrsb"  "00 111 0 01 11 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<W, S8>;
                Strh         "strh"   "01 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"      StoreScaled             => load_store::str<U16>;
                Ldrh         "ldrh"   "01 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, U16>;
                LdrshX       "ldrsh"  "01 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, S16>;
                LdrshW       "ldrsh"  "01 111 0 01 11 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<W, S16>;
                StrW         "str"    "10 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"      StoreScaled             => load_store::str<U32>;
                LdrW         "ldr"    "10 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, U32>;
                Ldrsw        "ldrsw"  "10 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, S32>;
                StrX         "str"    "11 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"      StoreScaled             => load_store::str<U64>;
                LdrX         "ldr"    "11 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"      LoadScaled              => load_store::ldr<X, U64>;
                Prfm         "prfm"   "11 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"      Prefetch                => load_store::prfm;
            }
            [LSE] a64 {
                // Acquire and release (a, l) are a matter of names: harts take turns. STADD and its likes are LDADD to XZR
                LdaddB       "ldadd"  "00 111 0 00 a l 1 sssss 0 000 00 nnnnn ttttt" Atomic                  => atomic::ldadd<U8>;
                LdclrB       "ldclr"  "00 111 0 00 a l 1 sssss 0 001 00 nnnnn ttttt" Atomic                  => atomic::ldclr<U8>;
                LdeorB       "ldeor"  "00 111 0 00 a l 1 sssss 0 010 00 nnnnn ttttt" Atomic                  => atomic::ldeor<U8>;
                LdsetB       "ldset"  "00 111 0 00 a l 1 sssss 0 011 00 nnnnn ttttt" Atomic                  => atomic::ldset<U8>;
                LdsmaxB      "ldsmax" "00 111 0 00 a l 1 sssss 0 100 00 nnnnn ttttt" Atomic                  => atomic::ldsmax<U8>;
                LdsminB      "ldsmin" "00 111 0 00 a l 1 sssss 0 101 00 nnnnn ttttt" Atomic                  => atomic::ldsmin<U8>;
                LdumaxB      "ldumax" "00 111 0 00 a l 1 sssss 0 110 00 nnnnn ttttt" Atomic                  => atomic::ldumax<U8>;
                LduminB      "ldumin" "00 111 0 00 a l 1 sssss 0 111 00 nnnnn ttttt" Atomic                  => atomic::ldumin<U8>;
                SwpB         "swp"    "00 111 0 00 a l 1 sssss 1 000 00 nnnnn ttttt" Atomic                  => atomic::swp<U8>;
                CasB         "cas"    "00 001000 1 a 1 sssss l 11111 nnnnn ttttt"    CompareSwap             => atomic::cas<U8>;
                LdaddH       "ldadd"  "01 111 0 00 a l 1 sssss 0 000 00 nnnnn ttttt" Atomic                  => atomic::ldadd<U16>;
                LdclrH       "ldclr"  "01 111 0 00 a l 1 sssss 0 001 00 nnnnn ttttt" Atomic                  => atomic::ldclr<U16>;
                LdeorH       "ldeor"  "01 111 0 00 a l 1 sssss 0 010 00 nnnnn ttttt" Atomic                  => atomic::ldeor<U16>;
                LdsetH       "ldset"  "01 111 0 00 a l 1 sssss 0 011 00 nnnnn ttttt" Atomic                  => atomic::ldset<U16>;
                LdsmaxH      "ldsmax" "01 111 0 00 a l 1 sssss 0 100 00 nnnnn ttttt" Atomic                  => atomic::ldsmax<U16>;
                LdsminH      "ldsmin" "01 111 0 00 a l 1 sssss 0 101 00 nnnnn ttttt" Atomic                  => atomic::ldsmin<U16>;
                LdumaxH      "ldumax" "01 111 0 00 a l 1 sssss 0 110 00 nnnnn ttttt" Atomic                  => atomic::ldumax<U16>;
                LduminH      "ldumin" "01 111 0 00 a l 1 sssss 0 111 00 nnnnn ttttt" Atomic                  => atomic::ldumin<U16>;
                SwpH         "swp"    "01 111 0 00 a l 1 sssss 1 000 00 nnnnn ttttt" Atomic                  => atomic::swp<U16>;
                CasH         "cas"    "01 001000 1 a 1 sssss l 11111 nnnnn ttttt"    CompareSwap             => atomic::cas<U16>;
                LdaddW       "ldadd"  "10 111 0 00 a l 1 sssss 0 000 00 nnnnn ttttt" Atomic                  => atomic::ldadd<U32>;
                LdclrW       "ldclr"  "10 111 0 00 a l 1 sssss 0 001 00 nnnnn ttttt" Atomic                  => atomic::ldclr<U32>;
                LdeorW       "ldeor"  "10 111 0 00 a l 1 sssss 0 010 00 nnnnn ttttt" Atomic                  => atomic::ldeor<U32>;
                LdsetW       "ldset"  "10 111 0 00 a l 1 sssss 0 011 00 nnnnn ttttt" Atomic                  => atomic::ldset<U32>;
                LdsmaxW      "ldsmax" "10 111 0 00 a l 1 sssss 0 100 00 nnnnn ttttt" Atomic                  => atomic::ldsmax<U32>;
                LdsminW      "ldsmin" "10 111 0 00 a l 1 sssss 0 101 00 nnnnn ttttt" Atomic                  => atomic::ldsmin<U32>;
                LdumaxW      "ldumax" "10 111 0 00 a l 1 sssss 0 110 00 nnnnn ttttt" Atomic                  => atomic::ldumax<U32>;
                LduminW      "ldumin" "10 111 0 00 a l 1 sssss 0 111 00 nnnnn ttttt" Atomic                  => atomic::ldumin<U32>;
                SwpW         "swp"    "10 111 0 00 a l 1 sssss 1 000 00 nnnnn ttttt" Atomic                  => atomic::swp<U32>;
                CasW         "cas"    "10 001000 1 a 1 sssss l 11111 nnnnn ttttt"    CompareSwap             => atomic::cas<U32>;
                LdaddX       "ldadd"  "11 111 0 00 a l 1 sssss 0 000 00 nnnnn ttttt" Atomic                  => atomic::ldadd<U64>;
                LdclrX       "ldclr"  "11 111 0 00 a l 1 sssss 0 001 00 nnnnn ttttt" Atomic                  => atomic::ldclr<U64>;
                LdeorX       "ldeor"  "11 111 0 00 a l 1 sssss 0 010 00 nnnnn ttttt" Atomic                  => atomic::ldeor<U64>;
                LdsetX       "ldset"  "11 111 0 00 a l 1 sssss 0 011 00 nnnnn ttttt" Atomic                  => atomic::ldset<U64>;
                LdsmaxX      "ldsmax" "11 111 0 00 a l 1 sssss 0 100 00 nnnnn ttttt" Atomic                  => atomic::ldsmax<U64>;
                LdsminX      "ldsmin" "11 111 0 00 a l 1 sssss 0 101 00 nnnnn ttttt" Atomic                  => atomic::ldsmin<U64>;
                LdumaxX      "ldumax" "11 111 0 00 a l 1 sssss 0 110 00 nnnnn ttttt" Atomic                  => atomic::ldumax<U64>;
                LduminX      "ldumin" "11 111 0 00 a l 1 sssss 0 111 00 nnnnn ttttt" Atomic                  => atomic::ldumin<U64>;
                SwpX         "swp"    "11 111 0 00 a l 1 sssss 1 000 00 nnnnn ttttt" Atomic                  => atomic::swp<U64>;
                CasX         "cas"    "11 001000 1 a 1 sssss l 11111 nnnnn ttttt"    CompareSwap             => atomic::cas<U64>;
                CaspW        "casp"   "00 001000 0 a 1 sssss l 11111 nnnnn ttttt"    CompareSwapPair         => atomic::casp_words;
                CaspX        "casp"   "01 001000 0 a 1 sssss l 11111 nnnnn ttttt"    CompareSwapPair slow    => atomic::casp;
            }
            [LRCPC] a64 {
                LdaprB       "ldaprb" "00 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" Ordered                 => exclusive::ldar<U8>;
                LdaprH       "ldaprh" "01 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" Ordered                 => exclusive::ldar<U16>;
                LdaprW       "ldapr"  "10 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" Ordered                 => exclusive::ldar<U32>;
                LdaprX       "ldapr"  "11 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" Ordered                 => exclusive::ldar<U64>;
            }
        }
    };
}
pub(super) use rows;
