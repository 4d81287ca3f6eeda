/**
 * 256 words that are one token each in o200k_base, with a space before them and without, so that an answer
 * made of them has a known token count and needs no tokenizer. A test holds the list to that.
 */
export const words: readonly string[] = `
river window garden winter summer spring paper letter table chair mirror bridge tower castle market
hammer needle thread silver yellow purple orange green blue white black amber stone forest lake
stream pond cloud storm rain snow shadow light lamp fire ember dust sand brick wood metal glass iron
steel oak pine rose grass seed root leaf branch flower fruit apple melon berry bean corn rice bread
milk coffee tea plate fork knife basket bucket wagon horse lion owl duck rabbit fox wolf bear mouse
cat dog bird fish bee ant snake frog music song dance story book page chapter title library school
teacher student lesson question answer number circle square triangle line point corner center north
south east west left right upper lower early late quiet bright clear simple steady patient modern
deep warm cold dry wet soft hard smooth rough round flat heavy quick slow ready open closed empty
full young old new first last next second third seven eight nine ten report order record account
ledger ticket station platform train boat ship pilot driver doctor writer player worker builder
reader keeper friend neighbor family mother father child people city town street road path trail
gate door wall roof floor room house home office shop store bank hotel museum church park field farm
mill dock port hill ridge peak plain delta bay cape reef wave current wind moon star sun planet
earth water air ground shape color sound voice word sentence message signal picture image camera
screen phone wheel engine motor machine tool box bag
`
  .trim()
  .split(/\s+/)
